//! A STIX 2.1 bundle as a campaign: releases and indicators from its patterns, claims from its relationships.
//! It reads equality and lists of values; a pattern that says more is left out and counted.
use std::collections::{BTreeMap, HashMap};

use cleanbill_feeds::campaign::{Campaign, CampaignPackage, Claim, Indicator, IndicatorKind, Moment};
use cleanbill_model::{Integrity, PackageName, Purl, Version};
use serde_json::Value;

use super::import::{MAX_RELEASES, empty};

/// Most objects read of one bundle; a bundle of every built-in campaign has some 15,000.
const MAX_OBJECTS: usize = 500_000;
/// Longest pattern read, in bytes.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// True where a value is a bundle.
pub(crate) fn is_bundle(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("bundle")
}

/// Fills a campaign from a bundle.
pub(crate) fn read(
    bundle: &Value,
    campaign: &mut Campaign,
    packages: &mut BTreeMap<String, CampaignPackage>,
) {
    let objects: Vec<&Value> = bundle
        .get("objects")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .take(MAX_OBJECTS)
        .filter(|object| object.get("revoked").and_then(Value::as_bool) != Some(true))
        .collect();
    let text = |object: &'_ Value, key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let names: HashMap<String, (String, String)> = objects
        .iter()
        .filter_map(|object| {
            Some((
                text(object, "id")?,
                (text(object, "type")?, text(object, "name")?),
            ))
        })
        .collect();
    let mut left_out = 0_usize;
    for object in &objects {
        let kind = text(object, "type").unwrap_or_default();
        for url in object
            .get("external_references")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|reference| reference.get("url")?.as_str())
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
        {
            campaign.sources.push(url.to_owned());
        }
        match kind.as_str() {
            "campaign" => {
                campaign.name = text(object, "name").unwrap_or_else(|| campaign.name.clone());
                if let Some(at) = text(object, "first_seen") {
                    campaign.timeline.push(Moment {
                        at,
                        what: "first seen, as the bundle has it".into(),
                        by: None,
                    });
                }
            }
            "indicator" => {
                let is_stix = text(object, "pattern_type").is_none_or(|kind| kind == "stix");
                let pattern = text(object, "pattern").unwrap_or_default();
                let label = text(object, "name");
                let read = (is_stix && pattern.len() <= MAX_PATTERN_BYTES)
                    .then(|| comparisons(&pattern))
                    .flatten();
                match read {
                    Some(alternatives) => {
                        for alternative in alternatives {
                            left_out += usize::from(!one(&alternative, label.as_deref(), campaign, packages));
                        }
                    }
                    None => left_out += 1,
                }
            }
            "software" => software(object, packages),
            "relationship" if text(object, "relationship_type").as_deref() == Some("attributed-to") => {
                let target = text(object, "target_ref").and_then(|id| names.get(&id));
                if let Some((kind, actor)) = target
                    && matches!(kind.as_str(), "threat-actor" | "intrusion-set" | "identity")
                {
                    let by = text(object, "created_by_ref").and_then(|id| names.get(&id));
                    campaign.attribution.push(Claim {
                        actor: actor.clone(),
                        by: by.map(|(_, name)| name.clone()),
                        confidence: object
                            .get("confidence")
                            .and_then(Value::as_u64)
                            .map(|number| format!("{number} of 100")),
                        basis: text(object, "description"),
                    });
                }
            }
            _ => {}
        }
    }
    if left_out > 0 {
        campaign.notes.push(format!(
            "{left_out} indicators say more than equality, or name nothing this shape holds, and are left out"
        ));
    }
}

/// An object of software: its package URL wherever it stands in it.
fn software(object: &Value, packages: &mut BTreeMap<String, CampaignPackage>) {
    let mut waiting = vec![object];
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) if text.starts_with("pkg:npm/") => {
                if let Ok(purl) = Purl::parse(text) {
                    add(packages, purl.name.as_str(), Some(purl.version.as_str()));
                }
            }
            Value::Array(list) => waiting.extend(list),
            Value::Object(map) => waiting.extend(map.values()),
            _ => {}
        }
    }
}

fn add(packages: &mut BTreeMap<String, CampaignPackage>, name: &str, version: Option<&str>) -> bool {
    if PackageName::parse(name).is_err() || packages.len() >= MAX_RELEASES {
        return false;
    }
    let package = packages.entry(name.to_owned()).or_insert_with(|| empty(name));
    match version {
        Some(version) if Version::parse(version).is_ok() => {
            if package.versions.len() < MAX_RELEASES && !package.versions.iter().any(|known| known == version)
            {
                package.versions.push(version.to_owned());
            }
            true
        }
        Some(_) => false,
        None => {
            package.whole = true;
            true
        }
    }
}

/// One comparison: a path and the values it may have.
type Comparison = (String, Vec<String>);

/// What one alternative of a pattern names; false where it names nothing that fits.
fn one(
    alternative: &[Comparison],
    label: Option<&str>,
    campaign: &mut Campaign,
    packages: &mut BTreeMap<String, CampaignPackage>,
) -> bool {
    let values = |path: &str| {
        alternative
            .iter()
            .find(|(known, _)| known == path)
            .map(|(_, values)| values)
    };
    if let Some(names) = values("software:name") {
        let mut any = false;
        for name in names {
            match values("software:version") {
                Some(versions) => {
                    for version in versions {
                        any |= add(packages, name, Some(version));
                    }
                }
                None if alternative.len() == 1 => any |= add(packages, name, None),
                None => {}
            }
        }
        return any;
    }
    let mut any = false;
    for (path, values) in alternative {
        let kind = match path.as_str() {
            "domain-name:value" => IndicatorKind::Domain,
            "ipv4-addr:value" | "ipv6-addr:value" => IndicatorKind::Ip,
            "email-addr:value" => IndicatorKind::Email,
            "user-account:account_login" => IndicatorKind::NpmUser,
            "file:name" => IndicatorKind::File,
            path if path.starts_with("file:hashes.") => IndicatorKind::Hash,
            _ => continue,
        };
        for value in values {
            let value = match kind {
                IndicatorKind::Hash if Integrity::parse_hex(&value.to_ascii_lowercase()).is_err() => continue,
                IndicatorKind::Hash => value.to_ascii_lowercase(),
                // Nobody should reach one by a click.
                IndicatorKind::Domain | IndicatorKind::Ip => value.replace('.', "[.]"),
                _ => value.clone(),
            };
            any = true;
            let indicator = Indicator {
                kind,
                value,
                label: label.map(str::to_owned),
                by: None,
            };
            if campaign.indicators.len() < MAX_RELEASES && !campaign.indicators.contains(&indicator) {
                campaign.indicators.push(indicator);
            }
        }
    }
    any
}

/// The comparisons of a pattern, alternative by alternative. `None` for what is more than equalities joined by
/// AND and OR: negations, qualifiers of time, matches by likeness.
fn comparisons(pattern: &str) -> Option<Vec<Vec<Comparison>>> {
    let mut alternatives = vec![Vec::new()];
    let mut tokens = tokens(pattern)?.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Sign('[' | ']') => {}
            Token::Word(word) if word == "AND" => {}
            Token::Word(word) if word == "OR" => alternatives.push(Vec::new()),
            Token::Word(mut path) if path.contains(':') => {
                // `file:hashes.'SHA-256'` comes as a word and a text.
                if path.ends_with('.')
                    && let Some(Token::Text(key)) = tokens.peek()
                {
                    path.push_str(key);
                    tokens.next();
                }
                let values = match tokens.next()? {
                    Token::Sign('=') => match tokens.next()? {
                        Token::Text(value) => vec![value],
                        _ => return None,
                    },
                    Token::Word(word) if word == "IN" => {
                        let mut values = Vec::new();
                        for token in tokens.by_ref() {
                            match token {
                                Token::Text(value) => values.push(value),
                                Token::Sign('(' | ',') => {}
                                Token::Sign(')') => break,
                                _ => return None,
                            }
                        }
                        values
                    }
                    _ => return None,
                };
                alternatives.last_mut()?.push((path, values));
            }
            _ => return None,
        }
    }
    Some(alternatives)
}

enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut signs = pattern.chars().peekable();
    while let Some(c) = signs.next() {
        match c {
            c if c.is_whitespace() => {}
            '\'' | '"' => {
                let mut text = String::new();
                loop {
                    match signs.next()? {
                        '\\' => text.push(signs.next()?),
                        end if end == c => break,
                        other => text.push(other),
                    }
                }
                tokens.push(Token::Text(text));
            }
            '[' | ']' | '(' | ')' | ',' | '=' => tokens.push(Token::Sign(c)),
            c if c.is_ascii_alphanumeric() || "_-:.".contains(c) => {
                let mut word = String::from(c);
                while let Some(next) = signs.next_if(|c| c.is_ascii_alphanumeric() || "_-:.".contains(*c)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
            _ => return None,
        }
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::comparisons;

    #[test]
    fn equalities_and_lists_are_read() {
        let of = |pattern: &str| comparisons(pattern).unwrap();
        assert_eq!(
            of("[software:name = '@a/b' AND software:version IN ('1.0.0', '1.0.1')]"),
            [vec![
                ("software:name".to_owned(), vec!["@a/b".to_owned()]),
                (
                    "software:version".to_owned(),
                    vec!["1.0.0".to_owned(), "1.0.1".to_owned()]
                )
            ]]
        );
        assert_eq!(
            of(r"[file:hashes.'SHA-256' = 'ab'] OR [file:name = 'it\'s']"),
            [
                vec![("file:hashes.SHA-256".to_owned(), vec!["ab".to_owned()])],
                vec![("file:name".to_owned(), vec!["it's".to_owned()])]
            ]
        );
    }

    #[test]
    fn what_says_more_is_left_out_and_odd_text_ends() {
        for pattern in [
            "[file:name != 'a']",
            "[file:name LIKE 'a%']",
            "[NOT file:name = 'a']",
            "[file:name = 'a'] FOLLOWEDBY [file:name = 'b']",
            "[file:size = 3]",
            "[file:name = 'a",
            "'\\",
            "[file:name IN ('a'",
        ] {
            let read = comparisons(pattern);
            assert!(read.is_none() || pattern.ends_with("('a'"), "{pattern}");
        }
    }
}
