//! The pages of the audits that found something, as HTML at the end of the page.
//! Pages are our own words, and markup in them is still shown rather than obeyed.
use std::collections::BTreeSet;

use cleanbill_model::AuditMeta;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::report::AuditReport;

/// One audit's page.
pub(super) struct AuditPage {
    pub id: &'static str,
    pub title: &'static str,
    /// Markup of our own making; the only value the template prints unescaped.
    pub html: String,
}

/// The pages of the named audits.
pub(super) fn of(report: &AuditReport, audits: &BTreeSet<&'static str>) -> Vec<AuditPage> {
    let mut pages: Vec<AuditPage> = report
        .audits
        .iter()
        .filter(|meta| audits.contains(meta.id.0))
        .map(page)
        .collect();
    pages.sort_by_key(|page| page.id);
    pages.dedup_by_key(|page| page.id);
    pages
}

fn page(meta: &AuditMeta) -> AuditPage {
    let body = crate::page::body(meta.page);
    let events = Parser::new_ext(&body, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        // The page opens nothing outside itself, so a link is shown as its text, an image not at all.
        Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::End(TagEnd::Link | TagEnd::Image) => None,
        other => Some(other),
    });
    let mut html = String::with_capacity(meta.page.len() * 2);
    pulldown_cmark::html::push_html(&mut html, events);
    AuditPage {
        id: meta.id.0,
        title: meta.title,
        html,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn markup_in_a_page_is_shown_and_links_lead_nowhere() {
        let mut meta = *samples::clean().audits.first().unwrap();
        meta.page = "# A\n\n<script>alert(1)</script>\n\n[x](https://e.example) *y*";
        let html = page(&meta).html;
        assert!(
            !html.contains("<script") && !html.contains("href") && html.contains("<em>y</em>"),
            "{html}"
        );
    }
}
