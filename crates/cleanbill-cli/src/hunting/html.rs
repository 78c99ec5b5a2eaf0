//! The answer of a hunt as one page of HTML without scripts, fonts or anything fetched.
//! Every word that came from a file goes through the page's escaper.
use std::fmt::Write as _;

use cleanbill_hunt::{Answer, Sighting};
use cleanbill_intel::Standing;
use cleanbill_report::escape::html::{text, ticked};

use super::{View, claims, step_name, window};

/// Rows of evidence for one campaign; the rest is in the JSON.
const SHOWN_ROWS: usize = 500;
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d8d8de}\
code{font:.85rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}section{border-left:.35rem solid #b3261e;padding-left:1rem;margin:2rem 0}\
section.possibly{border-color:#b26a00}li{margin:.3rem 0}\
@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}th,td{border-color:#3a3a42}}";

/// Draws it.
#[must_use]
pub fn draw(view: &View<'_>) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Hunt of {0}</title><style>{STYLE}</style></head><body><h1>Hunt of {0}</h1>\n<p>{1}. Looked at {2}.</p>\n",
        view.as_of,
        view.counts(),
        view.looked()
    );
    for answer in view.found() {
        campaign(&mut out, answer);
    }
    list(
        &mut out,
        "Not known",
        view.of(Standing::NotKnown).map(|answer| {
            (
                answer.campaign.id.as_str(),
                answer.reason.as_deref().unwrap_or_default(),
            )
        }),
    );
    list(
        &mut out,
        "Could not look at",
        view.hunted
            .unseen
            .iter()
            .take(SHOWN_ROWS)
            .map(|place| (place.place.as_str(), place.reason.as_str())),
    );
    list(
        &mut out,
        "Not exposed",
        view.of(Standing::NotExposed)
            .map(|answer| (answer.campaign.id.as_str(), answer.campaign.name.as_str())),
    );
    out.push_str("</body></html>\n");
    out
}

fn list<'a>(out: &mut String, title: &str, items: impl Iterator<Item = (&'a str, &'a str)>) {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{title}</h2>\n<ul>");
    for (place, reason) in items {
        let _ = write!(out, "<li><code>{}</code> {}</li>", text(place), ticked(reason));
    }
    out.push_str("</ul>\n");
}

fn campaign(out: &mut String, answer: &Answer<'_>) {
    let class = if answer.standing == Standing::Exposed {
        "exposed"
    } else {
        "possibly"
    };
    let _ = write!(
        out,
        "<section class=\"{class}\"><h2>{}: {}</h2>\n<p>Campaign <code>{}</code>.",
        answer.standing.as_str(),
        text(&answer.campaign.name),
        text(&answer.campaign.id)
    );
    if let Some(began) = answer.began {
        let _ = write!(out, " It began {began}.");
    }
    if let Some(window) = window(answer) {
        let _ = write!(out, " It was here: {window}.");
    }
    out.push_str("</p>\n<table><thead><tr><th>how far</th><th>release</th><th>where</th><th>when</th><th>what was seen</th></tr></thead><tbody>\n");
    for sighting in answer.sightings.iter().take(SHOWN_ROWS) {
        row(out, sighting);
    }
    out.push_str("</tbody></table>\n<h3>First steps</h3><ol>");
    for step in &answer.steps {
        let _ = write!(
            out,
            "<li><strong>{}</strong> {}</li>",
            step_name(step.kind),
            ticked(&step.text)
        );
    }
    out.push_str("</ol>\n");
    let claims = claims(answer);
    if !claims.is_empty() {
        out.push_str("<h3>Who says who did it</h3><ul>");
        for claim in claims {
            let _ = write!(out, "<li>{}</li>", text(&claim));
        }
        out.push_str("</ul>");
    }
    out.push_str("</section>\n");
}

fn row(out: &mut String, sighting: &Sighting) {
    let release = sighting
        .release
        .as_ref()
        .map(|(name, version)| format!("{name}@{version}"))
        .unwrap_or_default();
    let place = sighting.line.map_or_else(
        || sighting.place.clone(),
        |line| format!("{}:{line}", sighting.place),
    );
    let mut when = sighting.at.map(|at| at.to_string()).unwrap_or_default();
    let mut commits = String::new();
    if let Some(window) = &sighting.window {
        let until = window
            .until
            .map_or_else(|| "now".to_owned(), |until| until.to_string());
        when = window
            .from
            .map(|from| format!("{from} to {until}"))
            .unwrap_or_default();
        for (what, list) in [("in by", &window.introduced), ("out by", &window.removed)] {
            for commit in list {
                let id = commit.id.get(..12).unwrap_or(&commit.id);
                let _ = write!(
                    commits,
                    "<br>{what} <code>{}</code> {} {}",
                    text(id),
                    commit.at,
                    text(&commit.summary)
                );
            }
        }
        if !window.branches.is_empty() {
            let _ = write!(
                commits,
                "<br>in the history of <code>{}</code>",
                text(&window.branches.join(", "))
            );
        }
    }
    let _ = writeln!(
        out,
        "<tr><td>{}</td><td><code>{}</code></td><td><code>{}</code></td><td>{when}</td><td>{}{commits}</td></tr>",
        sighting.reach.as_str(),
        text(&release),
        text(&place),
        ticked(&sighting.note)
    );
}
