/* The page of report.html, made by report/bundle.mjs: what stands before the data and what stands behind it. Without
 * KHOP_REPORT both are empty. */
#ifndef KHOP_OUTPUT_REPORT_PAGE_H
#define KHOP_OUTPUT_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char report_page_head[], report_page_tail[];
extern const size_t report_page_head_bytes, report_page_tail_bytes;

#endif
