//! Campaigns for others, and from others: OSV, STIX 2.1, MISP and CSV out; OSV, STIX and plain lists in.
//! Claims of attribution leave as quotations; no format here names an actor in our own voice.

pub mod csv;
pub mod import;
pub mod misp;
pub mod osv;
pub mod signed;
pub mod stix;
mod stix_in;

use cleanbill_feeds::campaign::Campaign;
use cleanbill_model::Timestamp;
use sha1::Digest as _;

/// An id made from a name: the same thing has the same id in every export. RFC 9562, version 5.
pub(crate) fn uuid(space: [u8; 16], name: &str) -> String {
    let digest = sha1::Sha1::new_with_prefix(space)
        .chain_update(name.as_bytes())
        .finalize();
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Our own name space, drawn once at random.
pub(crate) const OURS: [u8; 16] = [
    0x6f, 0x1d, 0x3a, 0x52, 0x8e, 0x07, 0x4b, 0xc9, 0x9a, 0x44, 0x21, 0xd5, 0xe0, 0x7c, 0x13, 0xb8,
];

/// A moment with milliseconds, as STIX asks for.
pub(crate) fn stix_time(at: Timestamp) -> String {
    let text = at.to_string();
    if text.contains('.') {
        text
    } else {
        text.replace('Z', ".000Z")
    }
}

/// Moments of the timeline that read as such: first and last.
#[must_use]
pub fn span(campaign: &Campaign) -> (Option<Timestamp>, Option<Timestamp>) {
    let moments = || {
        campaign
            .timeline
            .iter()
            .filter_map(|moment| Timestamp::parse(&moment.at).ok())
    };
    (moments().min(), moments().max())
}

/// A campaign's name without an actor in brackets at its end: who did it is somebody's claim, and no title.
#[must_use]
pub fn title(campaign: &Campaign) -> &str {
    let name = campaign.name.as_str();
    let Some((before, inside)) = name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else {
        return name;
    };
    let actors = campaign
        .attribution
        .iter()
        .flat_map(|claim| claim.actor.split(['/', ',']))
        .map(str::trim)
        .filter(|actor| !actor.is_empty());
    let named = actors.into_iter().any(|actor| inside.contains(actor));
    if named && !before.trim().is_empty() {
        before.trim_end()
    } else {
        name
    }
}

/// A digest's algorithm by its length in hexadecimal.
pub(crate) fn algorithm(hex: &str) -> Option<&'static str> {
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    match hex.len() {
        32 => Some("MD5"),
        40 => Some("SHA-1"),
        64 => Some("SHA-256"),
        128 => Some("SHA-512"),
        _ => None,
    }
}

/// The package URL of a name, with a version where there is one.
pub(crate) fn purl(name: &str, version: Option<&str>) -> String {
    let base = format!("pkg:npm/{}", name.replacen('@', "%40", 1));
    match version {
        Some(version) => format!("{base}@{}", version.replace('+', "%2B")),
        None => base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_names_an_actor() {
        let campaigns = cleanbill_feeds::pack::campaigns().unwrap();
        let of = |id: &str| title(campaigns.iter().find(|campaign| campaign.id == id).unwrap());
        assert_eq!(of("axios-2026-03"), "axios / plain-crypto-js");
        assert_eq!(of("mastra-2026-06"), "Mastra / easy-day-js");
        for campaign in &campaigns {
            for claim in &campaign.attribution {
                let own = campaign.name.starts_with(&claim.actor);
                assert!(own || !title(campaign).contains(&claim.actor), "{}", campaign.id);
            }
        }
    }

    #[test]
    fn ids_are_those_of_the_standard() {
        // The standard's example: the DNS name space and www.example.com.
        let dns = [
            0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
        ];
        assert_eq!(
            uuid(dns, "www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
    }
}
