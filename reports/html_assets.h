/* html_assets.h - the style and the script of the HTML report, as constants: the report loads nothing */
#ifndef MAILSPEC_REPORTS_HTML_ASSETS_H
#define MAILSPEC_REPORTS_HTML_ASSETS_H

extern const char html_style[];
extern const char html_script[];

#endif
