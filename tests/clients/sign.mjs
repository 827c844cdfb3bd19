// Signs one delivery with a sender's own library, as that library's documentation shows.
//   node sign.mjs '{"library", "secret", "method", "url", "body", "id", "at_ms"}'
// prints the headers that the sender would send, as a JSON object.
const signers = {
  async standardwebhooks({secret, body, id, at_ms}) {
    const {Webhook} = await import('standardwebhooks');
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at_ms / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(at_ms), body),
    };
  },
  async svix({secret, body, id, at_ms}) {
    const {Webhook} = await import('svix');
    return {
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at_ms / 1000)),
      'svix-signature': new Webhook(secret).sign(id, new Date(at_ms), body),
    };
  },
  async octokit({secret, body}) {
    const {sign} = await import('@octokit/webhooks-methods');
    return {'X-Hub-Signature-256': await sign(secret, body)};
  },
  async stripe({secret, body, at_ms}) {
    const {default: Stripe} = await import('stripe');
    const header = new Stripe('sk_test_none').webhooks.generateTestHeaderString({
      payload: body,
      secret,
      timestamp: Math.floor(at_ms / 1000),
    });
    return {'Stripe-Signature': header};
  },
  'hubspot-v1': (order) => hubspot('v1', 'X-HubSpot-Signature', order),
  'hubspot-v2': (order) => hubspot('v2', 'X-HubSpot-Signature', order),
  'hubspot-v3': (order) => hubspot('v3', 'X-HubSpot-Signature-v3', order),
};

async function hubspot(version, header, {secret, method, url, body, at_ms}) {
  const {Signature} = await import('@hubspot/api-client');
  const signature = Signature.getSignature(method, version, {
    clientSecret: secret,
    requestBody: body,
    url,
    timestamp: at_ms,
  });
  const headers = {[header]: signature};
  if (version === 'v3') headers['X-HubSpot-Request-Timestamp'] = String(at_ms);
  return headers;
}

const order = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await signers[order.library](order)));
