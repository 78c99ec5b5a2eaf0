//! An audit's page in a terminal: Markdown in, laid-out text out.
//! Pages are our own words, yet they go through the same escaper as everything else.
use cleanbill_model::{AuditMeta, Stability};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::{
    format::RenderOptions,
    human::{Ink, Sheet},
    page,
};

/// The page of an audit, headed by what the audit says of itself. Without colour it is plain text.
#[must_use]
pub fn explain(meta: &AuditMeta, options: &RenderOptions) -> String {
    let mut sheet = Sheet::new(options);
    sheet.entry(
        0,
        (&format!("{}:", meta.id), Ink::Link),
        (meta.title, Ink::Strong),
    );
    let stability = match meta.stability {
        Stability::Preview => "preview, may still change its mind",
        Stability::Stable => "stable",
        Stability::Deprecated => "deprecated",
    };
    let about = format!(
        "severity {}, confidence {}, level {}; since {}, {stability}",
        meta.severity.as_str(),
        meta.confidence.as_str(),
        meta.level.as_str(),
        meta.since
    );
    sheet.text(0, &about, Ink::Faint);
    let ids: Vec<&str> = meta.taxonomy.iter().chain(meta.attack).copied().collect();
    if !ids.is_empty() {
        sheet.text(0, &ids.join(", "), Ink::Faint);
    }
    sheet.gap();
    lay_out(&mut sheet, meta);
    sheet.finish()
}

/// Where in the page the reader is.
#[derive(Default)]
struct Reading {
    text: String,
    heading: Option<HeadingLevel>,
    code: bool,
    quote: usize,
    /// One entry a list: the next number, or none for bullets.
    lists: Vec<Option<u64>>,
    marker: Option<String>,
    link: Option<String>,
}

fn lay_out(sheet: &mut Sheet, meta: &AuditMeta) {
    let mut reading = Reading::default();
    let body = page::body(meta.page);
    for event in Parser::new_ext(&body, Options::ENABLE_TABLES) {
        match event {
            Event::Start(tag) => start(sheet, &mut reading, tag),
            Event::End(tag) => end(sheet, &mut reading, tag, meta),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => reading.text.push_str(&text),
            Event::Code(text) => {
                reading.text.push('`');
                reading.text.push_str(&text);
                reading.text.push('`');
            }
            Event::SoftBreak => reading.text.push(' '),
            Event::HardBreak => flush(sheet, &mut reading),
            Event::Rule => sheet.gap(),
            _ => {}
        }
    }
    flush(sheet, &mut reading);
}

fn start(sheet: &mut Sheet, reading: &mut Reading, tag: Tag<'_>) {
    match tag {
        Tag::Heading { level, .. } => {
            sheet.gap();
            reading.heading = Some(level);
        }
        Tag::Paragraph if reading.lists.is_empty() => sheet.gap(),
        Tag::BlockQuote(_) => reading.quote += 1,
        Tag::CodeBlock(_) => {
            flush(sheet, reading);
            sheet.gap();
            reading.code = true;
        }
        Tag::List(first) => {
            flush(sheet, reading);
            if reading.lists.is_empty() {
                sheet.gap();
            }
            reading.lists.push(first);
        }
        Tag::Item => {
            let marker = match reading.lists.last_mut() {
                Some(Some(number)) => {
                    let marker = format!("{number}.");
                    *number += 1;
                    marker
                }
                _ => "-".to_owned(),
            };
            reading.marker = Some(marker);
        }
        Tag::Link { dest_url, .. } => reading.link = Some(dest_url.to_string()),
        _ => {}
    }
}

fn end(sheet: &mut Sheet, reading: &mut Reading, tag: TagEnd, meta: &AuditMeta) {
    match tag {
        TagEnd::Heading(level) => {
            let text = std::mem::take(&mut reading.text);
            // The page's own first heading repeats the name that already stands on top.
            if !(level == HeadingLevel::H1 && (text == meta.id.0 || text == meta.title)) {
                sheet.text(0, &text, Ink::Strong);
                sheet.gap();
            }
            reading.heading = None;
        }
        TagEnd::Paragraph | TagEnd::Item => flush(sheet, reading),
        TagEnd::BlockQuote(_) => reading.quote = reading.quote.saturating_sub(1),
        TagEnd::CodeBlock => {
            for line in std::mem::take(&mut reading.text).lines() {
                sheet.whole(4, ("", Ink::Plain), line, Ink::Link);
            }
            reading.code = false;
            sheet.gap();
        }
        TagEnd::List(_) => {
            reading.lists.pop();
            if reading.lists.is_empty() {
                sheet.gap();
            }
        }
        TagEnd::TableCell => reading.text.push_str("  "),
        TagEnd::TableHead | TagEnd::TableRow => flush(sheet, reading),
        TagEnd::Link => {
            if let Some(url) = reading.link.take()
                && !reading.text.ends_with(&url)
            {
                reading.text.push_str(&format!(" ({url})"));
            }
        }
        _ => {}
    }
}

fn flush(sheet: &mut Sheet, reading: &mut Reading) {
    let text = std::mem::take(&mut reading.text);
    if text.trim().is_empty() || reading.code {
        return;
    }
    let indent = reading.quote * 2 + reading.lists.len().saturating_sub(1) * 2;
    match reading.marker.take() {
        Some(marker) => sheet.entry(indent, (&marker, Ink::Faint), (&text, Ink::Plain)),
        None => sheet.text(
            if reading.lists.is_empty() {
                indent
            } else {
                indent + 2
            },
            &text,
            Ink::Plain,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_page_is_laid_out_without_its_markup() {
        let report = samples::clean();
        let meta = report
            .audits
            .iter()
            .find(|meta| meta.id.0 == "known-malicious")
            .unwrap();
        insta::assert_snapshot!(explain(meta, &RenderOptions::default()));
    }
}
