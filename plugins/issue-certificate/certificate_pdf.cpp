#include "issue-certificate/certificate_pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <array>
#include <cstdio>
#include <memory>
#include <numbers>
#include <stdexcept>

namespace certificate {
namespace {

// Points, 72 to the inch.
constexpr double kWidth = 841.89;
constexpr double kHeight = 595.276;
constexpr double kCentre = kWidth / 2;

struct Colour {
  double red, green, blue;
};
constexpr Colour kInk{0.11, 0.16, 0.27};
constexpr Colour kGold{0.69, 0.55, 0.25};
constexpr Colour kGrey{0.40, 0.42, 0.46};

struct Box {
  double x, y, width, height;
};
constexpr Box centred(double y, double width, double height) {
  return {kCentre - width / 2, y, width, height};
}

struct Style {
  const char* font;  // a Pango font description without a size
  double largest;
  double smallest;
  Colour colour = kInk;
};

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Free<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, Free<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, Free<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Free<pango_font_description_free>>;

void set_size(PangoLayout* layout, PangoFontDescription* font, double size) {
  pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
  pango_layout_set_font_description(layout, font);
}

bool fits(PangoLayout* layout, const Box& box) {
  int width = 0;
  int height = 0;
  pango_layout_get_size(layout, &width, &height);
  return width <= box.width * PANGO_SCALE && height <= box.height * PANGO_SCALE;
}

// One line at the largest size that fits; below 60% of the largest, lines may wrap; at the
// smallest, what is too much becomes an ellipsis.
void fit(PangoLayout* layout, const Style& style, const Box& box) {
  constexpr double kWrapBelow = 0.6;
  const Font font(pango_font_description_from_string(style.font));
  double size = style.largest;
  for (; size > style.largest * kWrapBelow; size -= 1) {
    set_size(layout, font.get(), size);
    if (fits(layout, box)) return;
  }
  pango_layout_set_width(layout, static_cast<int>(box.width * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  for (; size > style.smallest; size -= 1) {
    set_size(layout, font.get(), size);
    if (fits(layout, box)) return;
  }
  set_size(layout, font.get(), style.smallest);
  pango_layout_set_height(layout, static_cast<int>(box.height * PANGO_SCALE));
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
}

class Page {
 public:
  explicit Page(cairo_t* cairo) : cairo_(cairo) {}

  // Centred in the box both ways. Returns the number of characters no font has.
  int write(const std::string& text, const Style& style, const Box& box) {
    const Layout layout(pango_cairo_create_layout(cairo_));
    // Rounding glyph positions is for screens; on paper it makes uneven letter spacing.
    pango_context_set_round_glyph_positions(pango_layout_get_context(layout.get()), FALSE);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    fit(layout.get(), style, box);
    if (pango_layout_get_width(layout.get()) < 0)
      pango_layout_set_width(layout.get(), static_cast<int>(box.width * PANGO_SCALE));
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    ink(style.colour);
    cairo_move_to(cairo_, box.x,
                  box.y + (box.height - static_cast<double>(height) / PANGO_SCALE) / 2);
    pango_cairo_show_layout(cairo_, layout.get());
    return pango_layout_get_unknown_glyphs_count(layout.get());
  }

  void frame(double margin, double width, const Colour& colour) {
    ink(colour);
    cairo_set_line_width(cairo_, width);
    cairo_rectangle(cairo_, margin, margin, kWidth - 2 * margin, kHeight - 2 * margin);
    cairo_stroke(cairo_);
  }

  void line(double x1, double x2, double y, const Colour& colour) {
    ink(colour);
    cairo_set_line_width(cairo_, 0.6);
    cairo_move_to(cairo_, x1, y);
    cairo_line_to(cairo_, x2, y);
    cairo_stroke(cairo_);
  }

  void diamond(double x, double y, double radius) {
    ink(kGold);
    cairo_move_to(cairo_, x, y - radius);
    cairo_line_to(cairo_, x + radius, y);
    cairo_line_to(cairo_, x, y + radius);
    cairo_line_to(cairo_, x - radius, y);
    cairo_fill(cairo_);
  }

  void ring(double x, double y, double radius, double width) {
    ink(kGold);
    cairo_set_line_width(cairo_, width);
    cairo_new_path(cairo_);
    cairo_arc(cairo_, x, y, radius, 0, 2 * std::numbers::pi);
    cairo_stroke(cairo_);
  }

 private:
  void ink(const Colour& colour) {
    cairo_set_source_rgb(cairo_, colour.red, colour.green, colour.blue);
  }

  cairo_t* cairo_;
};

std::string date_text(std::chrono::sys_seconds time) {
  constexpr std::array kMonths = {"January",   "February", "March",    "April",
                                  "May",       "June",     "July",     "August",
                                  "September", "October",  "November", "December"};
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return std::to_string(unsigned(day.day())) + ' ' + kMonths.at(unsigned(day.month()) - 1) + ' ' +
         std::to_string(int(day.year()));
}

std::string level_text(int level) { return "Level " + std::to_string(level); }

std::string pdf_date(std::chrono::sys_seconds time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(day.year()),
                unsigned(day.month()), unsigned(day.day()), int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text;
}

void describe(cairo_surface_t* surface, const CertificateText& text) {
  const std::string created = pdf_date(text.issued_at);
  const auto set = [&](cairo_pdf_metadata_t key, const std::string& value) {
    if (!value.empty()) cairo_pdf_surface_set_metadata(surface, key, value.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, text.title);
  set(CAIRO_PDF_METADATA_AUTHOR, text.organisation);
  set(CAIRO_PDF_METADATA_SUBJECT, level_text(text.level) + ", certificate " + text.number);
  set(CAIRO_PDF_METADATA_CREATE_DATE, created);
  set(CAIRO_PDF_METADATA_MOD_DATE, created);
}

void draw_frame(Page& page) {
  page.frame(26, 1.6, kInk);
  page.frame(33, 0.6, kGold);
  for (const double x : {33.0, kWidth - 33})
    for (const double y : {33.0, kHeight - 33}) page.diamond(x, y, 5);
}

int draw_words(Page& page, const CertificateText& text) {
  const Style phrase{"Serif Italic", 14, 14, kGrey};
  int missing = page.write(text.organisation, {"Serif", 15, 9, kGrey}, centred(66, 640, 24));
  missing += page.write(text.title, {"Serif Bold", 36, 14}, centred(98, 680, 56));
  page.line(kCentre - 90, kCentre - 12, 172, kGold);
  page.line(kCentre + 12, kCentre + 90, 172, kGold);
  page.diamond(kCentre, 172, 4);
  page.write("This is to certify that", phrase, centred(190, 400, 22));
  missing += page.write(text.name, {"Serif", 46, 11}, centred(218, 660, 96));
  page.line(kCentre - 240, kCentre + 240, 322, kGold);
  page.write("has passed the review for", phrase, centred(334, 400, 22));
  page.write(level_text(text.level), {"Serif Bold", 26, 12}, centred(362, 500, 38));
  return missing;
}

void draw_foot(Page& page, const CertificateText& text) {
  const Style label{"Serif", 10, 8, kGrey};
  constexpr double kLine = 484;
  for (const double x : {104.0, kWidth - 304}) page.line(x, x + 200, kLine, kInk);
  page.write(date_text(text.issued_at), {"Serif", 15, 10}, {104, kLine - 28, 200, 24});
  page.write("Date", label, {104, kLine + 5, 200, 16});
  page.write("Signature", label, {kWidth - 304, kLine + 5, 200, 16});
  page.ring(kCentre, 470, 42, 1.6);
  page.ring(kCentre, 470, 37, 0.6);
  page.write(std::to_string(text.level), {"Serif Bold", 38, 12, kGold}, centred(440, 54, 60));
  page.write("Certificate " + text.number, {"Serif", 9, 8, kGrey}, centred(532, 400, 14));
}

cairo_status_t append(void* bytes, const unsigned char* chunk, unsigned int length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(chunk), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

CertificatePdf draw_certificate(const CertificateText& text) {
  CertificatePdf pdf;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &pdf.bytes, kWidth, kHeight));
  describe(surface.get(), text);
  const Cairo cairo(cairo_create(surface.get()));
  Page page(cairo.get());
  draw_frame(page);
  pdf.missing_glyphs = draw_words(page, text);
  draw_foot(page, text);
  cairo_show_page(cairo.get());
  cairo_surface_finish(surface.get());
  for (const cairo_status_t status :
       {cairo_status(cairo.get()), cairo_surface_status(surface.get())})
    if (status != CAIRO_STATUS_SUCCESS)
      throw std::runtime_error(std::string("the certificate cannot be drawn: ") +
                               cairo_status_to_string(status));
  return pdf;
}

}  // namespace certificate
