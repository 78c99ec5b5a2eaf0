//! The site's feeds: RSS 2.0 and Atom, the newest campaigns first.
//! Every word goes through the page's escaper, which serves XML as well.
use std::fmt::Write as _;

use cleanbill_feeds::campaign::Campaign;
use cleanbill_hunt::exchange::title;
use cleanbill_model::Timestamp;
use cleanbill_report::escape::html::text;

use super::{began, counted};

/// Entries of a feed; readers keep what they have seen.
const MAX_ENTRIES: usize = 50;
const TITLE: &str = "Supply-chain campaigns";

/// One or two sentences of an entry.
fn summary(campaign: &Campaign) -> String {
    format!("{}. How they got in: {}.", counted(campaign), campaign.vector)
}

/// The Atom feed.
#[must_use]
pub fn atom(campaigns: &[&Campaign], base: &str, made: Timestamp) -> String {
    let base = text(base);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{TITLE}</title>\n\
         <id>{base}</id>\n<updated>{made}</updated>\n<author><name>Cleanbill</name></author>\n\
         <link rel=\"self\" href=\"{base}atom.xml\"/>\n<link href=\"{base}\"/>\n"
    );
    for campaign in campaigns.iter().take(MAX_ENTRIES) {
        let id = text(&campaign.id);
        let _ = write!(
            out,
            "<entry>\n<title>{}</title>\n<id>{base}{id}/</id>\n<link href=\"{base}{id}/\"/>\n<published>{}</published>\n<updated>{made}</updated>\n<summary>{}</summary>\n</entry>\n",
            text(title(campaign)),
            began(campaign).unwrap_or(made),
            text(&summary(campaign)),
        );
    }
    out.push_str("</feed>\n");
    out
}

/// The RSS feed.
#[must_use]
pub fn rss(campaigns: &[&Campaign], base: &str, made: Timestamp) -> String {
    let base = text(base);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\n\
         <title>{TITLE}</title>\n<link>{base}</link>\n<description>What was published, who is affected, what to do first</description>\n\
         <atom:link href=\"{base}feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>\n<lastBuildDate>{}</lastBuildDate>\n",
        mail_date(made)
    );
    for campaign in campaigns.iter().take(MAX_ENTRIES) {
        let id = text(&campaign.id);
        let _ = write!(
            out,
            "<item>\n<title>{}</title>\n<link>{base}{id}/</link>\n<guid>{base}{id}/</guid>\n<pubDate>{}</pubDate>\n<description>{}</description>\n</item>\n",
            text(title(campaign)),
            mail_date(began(campaign).unwrap_or(made)),
            text(&summary(campaign)),
        );
    }
    out.push_str("</channel></rss>\n");
    out
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A moment as mail writes it, which RSS asks for: `Tue, 31 Mar 2026 00:21:00 +0000`.
fn mail_date(at: Timestamp) -> String {
    let told = at.to_string();
    let part = |from: usize, to: usize| told.get(from..to).unwrap_or("00");
    // The first of January 1970 was a Thursday.
    let days = at.as_millis().div_euclid(86_400_000).rem_euclid(7);
    let day = usize::try_from(days)
        .ok()
        .and_then(|day| DAYS.get(day))
        .unwrap_or(&"Thu");
    let month = part(5, 7).parse::<usize>().unwrap_or(1).saturating_sub(1);
    let month = MONTHS.get(month).unwrap_or(&"Jan");
    format!(
        "{day}, {} {month} {} {} +0000",
        part(8, 10),
        part(0, 4),
        part(11, 19)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_mail_writes_them() {
        let of = |text: &str| mail_date(Timestamp::parse(text).unwrap());
        assert_eq!(of("2026-03-31T00:21:00Z"), "Tue, 31 Mar 2026 00:21:00 +0000");
        assert_eq!(of("1970-01-01T00:00:00Z"), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(of("2000-02-29T23:59:59Z"), "Tue, 29 Feb 2000 23:59:59 +0000");
    }
}
