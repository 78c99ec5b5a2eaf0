//! Our lines in a client's settings file: put in as one block, what they replace kept as comments, and all of
//! it taken out again to the byte. It reads lines, not meanings, and changes no line that is not its own.
use std::fmt;

const BEGIN: &str = "# >>> cleanbill setup";
/// Behind [`BEGIN`] where the file is ours.
const MADE: &str = " (made)";
/// Behind [`BEGIN`] where the text before lacked its line end.
const JOINED: &str = " (joined)";
const END: &str = "# <<< cleanbill setup";
const WAS: &str = "# cleanbill was: ";

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Npmrc,
    Yarnrc,
    YarnrcYml,
    Bunfig,
}

/// What the clients shall be told.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Without a slash at its end.
    pub(crate) address: String,
    /// Host and port of it.
    pub(crate) authority: String,
    pub(crate) token: Option<String>,
}

/// Why a file is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A table we would have to reach into.
    Table,
    /// A list we would have to understand.
    List,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "it sets the registry in a table of its own",
            Self::List => "its `unsafeHttpWhitelist` is written in a way we do not change",
        })
    }
}

/// True when the text holds our block.
pub(crate) fn has_block(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(BEGIN))
}

/// The text without what we put in; `None` where nothing is left of a file we made.
pub(crate) fn without(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut made) = (false, false);
    for line in text.split_inclusive('\n') {
        if line.starts_with(BEGIN) {
            inside = true;
            made |= line.contains(MADE);
            if line.contains(JOINED) && out.ends_with('\n') {
                out.pop();
            }
        } else if inside {
            inside = !line.starts_with(END);
        } else if let Some(was) = line.strip_prefix(WAS) {
            out.push_str(was);
        } else {
            out.push_str(line);
        }
    }
    (!made || !out.is_empty()).then_some(out)
}

/// The text with our block; `fresh` where there is no file yet.
pub(crate) fn with(text: &str, kind: Kind, wanted: &Wanted, fresh: bool) -> Result<String, Refused> {
    let made = fresh || (has_block(text) && text.contains(&format!("{BEGIN}{MADE}")));
    let bare = without(text).unwrap_or_default();
    let (lines, ours) = match kind {
        Kind::Npmrc => npmrc(&bare, wanted),
        Kind::Yarnrc => yarnrc(&bare, wanted),
        Kind::YarnrcYml => yarnrc_yml(&bare, wanted)?,
        Kind::Bunfig => return bunfig(&bare, wanted, made),
    };
    // A document's own head stays in front.
    let head = lines
        .iter()
        .take_while(|line| kind == Kind::YarnrcYml && (line.starts_with("---") || line.starts_with('%')))
        .count();
    let (front, rest) = lines.split_at_checked(head).unwrap_or_default();
    let front = front.concat();
    let joined = !front.is_empty() && !front.ends_with('\n');
    let gap = if joined { "\n" } else { "" };
    Ok(format!(
        "{front}{gap}{}{}",
        block(&ours, made, joined),
        rest.concat()
    ))
}

fn block(ours: &[String], made: bool, joined: bool) -> String {
    let mut out = BEGIN.to_owned();
    if made {
        out.push_str(MADE);
    }
    if joined {
        out.push_str(JOINED);
    }
    out.push('\n');
    for line in ours {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(END);
    out.push('\n');
    out
}

fn was(line: &str) -> String {
    format!("{WAS}{line}")
}

/// The lines, those that set one of `keys` at the top made comments.
fn set_aside(text: &str, sets: impl Fn(&str) -> bool, stops: impl Fn(&str) -> bool) -> Vec<String> {
    let mut stopped = false;
    text.split_inclusive('\n')
        .map(|line| {
            stopped |= stops(line);
            if !stopped && sets(line) {
                was(line)
            } else {
                line.to_owned()
            }
        })
        .collect()
}

fn npmrc(text: &str, wanted: &Wanted) -> (Vec<String>, Vec<String>) {
    let token_key = format!("//{}/:_authToken", wanted.authority);
    let sets = |line: &str| {
        let key = line.split('=').next().unwrap_or_default().trim();
        key == "registry" || key == "replace-registry-host" || key == token_key
    };
    let lines = set_aside(text, sets, |line| line.trim_start().starts_with('['));
    let mut ours = vec![
        format!("registry={}/", wanted.address),
        // Addresses that a lockfile names are asked of the gate, whatever host they name.
        "replace-registry-host=always".to_owned(),
    ];
    ours.extend(wanted.token.iter().map(|token| format!("{token_key}={token}")));
    (lines, ours)
}

fn yarnrc(text: &str, wanted: &Wanted) -> (Vec<String>, Vec<String>) {
    let sets = |line: &str| {
        let key = line.split_whitespace().next().unwrap_or_default();
        key.trim_matches('"') == "registry"
    };
    let lines = set_aside(text, sets, |_| false);
    (lines, vec![format!("registry \"{}/\"", wanted.address)])
}

fn yarnrc_yml(text: &str, wanted: &Wanted) -> Result<(Vec<String>, Vec<String>), Refused> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut ours = vec![format!("npmRegistryServer: \"{}\"", wanted.address)];
    if let Some(token) = &wanted.token {
        ours.push(format!("npmAuthToken: \"{token}\""));
        ours.push("npmAlwaysAuth: true".to_owned());
    }
    let mut replaced = vec!["npmRegistryServer"];
    if wanted.token.is_some() {
        replaced.extend(["npmAuthToken", "npmAlwaysAuth"]);
    }
    if wanted.address.starts_with("http://") {
        let host = host_of(&wanted.authority);
        let mut hosts = vec![format!("  - \"{host}\"")];
        hosts.extend(
            take_list(&mut lines)?
                .into_iter()
                .filter(|line| !line.contains(host)),
        );
        ours.push("unsafeHttpWhitelist:".to_owned());
        ours.append(&mut hosts);
    }
    for line in &mut lines {
        let sets = replaced.iter().any(|key| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        });
        if sets {
            *line = was(line);
        }
    }
    Ok((lines, ours))
}

/// The items of the list of hosts that may be asked in the clear, its lines made comments.
fn take_list(lines: &mut [String]) -> Result<Vec<String>, Refused> {
    let key = "unsafeHttpWhitelist:";
    let Some(at) = lines.iter().position(|line| line.starts_with(key)) else {
        return Ok(Vec::new());
    };
    let mut items = Vec::new();
    let mut own = true;
    for line in lines.iter_mut().skip(at) {
        if own {
            if !line.get(key.len()..).unwrap_or_default().trim().is_empty() {
                return Err(Refused::List);
            }
            own = false;
        } else if let Some(item) = line.trim_start().strip_prefix("- ") {
            items.push(format!("  - {}", item.trim()));
        } else {
            break;
        }
        *line = was(line);
    }
    Ok(items)
}

fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

fn bunfig(text: &str, wanted: &Wanted, made: bool) -> Result<String, Refused> {
    let ours = match &wanted.token {
        Some(token) => format!(
            "registry = {{ url = \"{}/\", token = \"{token}\" }}",
            wanted.address
        ),
        None => format!("registry = \"{}/\"", wanted.address),
    };
    let table = |line: &str| {
        let line = line.split('#').next().unwrap_or_default().trim();
        line.strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .map(|name| name.trim().to_owned())
    };
    if text
        .lines()
        .any(|line| table(line).is_some_and(|name| name.starts_with("install.registry")))
        || text
            .lines()
            .any(|line| line.trim_start().starts_with("install.registry"))
    {
        return Err(Refused::Table);
    }
    let Some(_) = text
        .lines()
        .find(|line| table(line).as_deref() == Some("install"))
    else {
        let joined = !text.is_empty() && !text.ends_with('\n');
        let gap = if joined { "\n" } else { "" };
        let lines = ["[install]".to_owned(), ours];
        return Ok(format!("{text}{gap}{}", block(&lines, made, joined)));
    };
    let mut out = String::with_capacity(text.len() + 200);
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let named = table(line);
        if let Some(name) = &named {
            inside = name == "install";
        }
        let key = line.split('=').next().unwrap_or_default().trim();
        if inside && named.is_none() && key == "registry" && line.contains('=') {
            out.push_str(&was(line));
            continue;
        }
        out.push_str(line);
        if inside && named.is_some() {
            let joined = !line.ends_with('\n');
            if joined {
                out.push('\n');
            }
            out.push_str(&block(std::slice::from_ref(&ours), made, joined));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(token: Option<&str>) -> Wanted {
        Wanted {
            address: "http://127.0.0.1:4874".into(),
            authority: "127.0.0.1:4874".into(),
            token: token.map(str::to_owned),
        }
    }

    const KINDS: [Kind; 4] = [Kind::Npmrc, Kind::Yarnrc, Kind::YarnrcYml, Kind::Bunfig];
    const TEXTS: [&str; 12] = [
        "",
        "registry=https://registry.example/\n",
        "# mine\nregistry = https://registry.example/\n@acme:registry=https://npm.acme.example/\nsave-exact=true",
        "registry=https://registry.example/\r\nfoo=bar\r\n",
        "a=1\n[section]\nregistry=other\n",
        "registry \"https://registry.example\"\nlastUpdateCheck 1\n",
        "npmRegistryServer: \"https://registry.example\"\nnodeLinker: node-modules\n",
        "---\nunsafeHttpWhitelist:\n  - \"*.acme.example\"\n  - other.example\nenableTelemetry: false\n",
        "[install]\nregistry = \"https://registry.example\"\nexact = true\n\n[test]\nregistry = 1\n",
        "telemetry = false",
        "[install]",
        "[install.scopes]\n\"@acme\" = \"https://npm.acme.example\"\n",
    ];

    #[test]
    fn what_was_there_comes_back_to_the_byte_whatever_it_was() {
        for kind in KINDS {
            for text in TEXTS {
                for token in [None, Some("cleanbill_ab")] {
                    let Ok(once) = with(text, kind, &wanted(token), false) else {
                        continue;
                    };
                    assert!(has_block(&once));
                    assert_eq!(
                        without(&once).as_deref(),
                        Some(text),
                        "{kind:?} of {text:?} gives {once}"
                    );
                    assert_eq!(
                        with(&once, kind, &wanted(token), false).as_ref(),
                        Ok(&once),
                        "a second time"
                    );
                    let other = Wanted {
                        address: "https://gate.acme.example".into(),
                        authority: "gate.acme.example".into(),
                        token: None,
                    };
                    let moved = with(&once, kind, &other, false).unwrap();
                    assert_eq!(without(&moved).as_deref(), Some(text));
                    assert_eq!(moved.matches(BEGIN).count(), 1);
                }
            }
        }
    }

    #[test]
    fn a_file_we_made_goes_away_unless_someone_wrote_into_it() {
        for kind in KINDS {
            let made = with("", kind, &wanted(None), true).unwrap();
            assert_eq!(without(&made), None);
            assert_eq!(without(&format!("{made}theirs\n")).as_deref(), Some("theirs\n"));
            let again = with(&made, kind, &wanted(None), false).unwrap();
            assert_eq!(again, made, "it is still ours after a second setup");
        }
    }

    #[test]
    fn each_client_reads_our_address_and_no_other() {
        let npmrc = with(TEXTS[2], Kind::Npmrc, &wanted(Some("t")), false).unwrap();
        assert!(
            npmrc.contains("\nregistry=http://127.0.0.1:4874/\n")
                && npmrc.contains("\n//127.0.0.1:4874/:_authToken=t\n")
        );
        assert!(npmrc.contains("# cleanbill was: registry = https://registry.example/\n"));
        assert!(
            npmrc.contains("\n@acme:registry=https://npm.acme.example/\n"),
            "a scope's own registry stays"
        );
        let yml = with(TEXTS[7], Kind::YarnrcYml, &wanted(None), false).unwrap();
        assert!(yml.starts_with("---\n# >>>"), "{yml}");
        assert!(
            yml.contains("  - \"127.0.0.1\"\n  - \"*.acme.example\"\n  - other.example\n"),
            "{yml}"
        );
        let bun = with(TEXTS[8], Kind::Bunfig, &wanted(None), false).unwrap();
        let read: toml::Table = toml::from_str(&bun).unwrap();
        assert_eq!(
            read["install"]["registry"].as_str(),
            Some("http://127.0.0.1:4874/")
        );
        assert_eq!(read["install"]["exact"].as_bool(), Some(true));
        assert_eq!(read["test"]["registry"].as_integer(), Some(1));
        let bare: toml::Table =
            toml::from_str(&with(TEXTS[9], Kind::Bunfig, &wanted(Some("t")), false).unwrap()).unwrap();
        assert_eq!(bare["install"]["registry"]["token"].as_str(), Some("t"));
    }

    #[test]
    fn what_cannot_be_changed_by_lines_is_left_alone() {
        let table = "[install.registry]\nurl = \"https://registry.example\"\n";
        assert_eq!(
            with(table, Kind::Bunfig, &wanted(None), false),
            Err(Refused::Table)
        );
        let list = "unsafeHttpWhitelist: [a.example]\n";
        assert_eq!(
            with(list, Kind::YarnrcYml, &wanted(None), false),
            Err(Refused::List)
        );
    }

    use proptest::prelude::*;

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ -~]{0,30}",
            Just("registry=x".to_owned()),
            Just("[install]".to_owned()),
            Just("registry = \"x\"".to_owned()),
            Just("unsafeHttpWhitelist:".to_owned()),
            Just("  - a.example".to_owned()),
            Just("npmRegistryServer: x".to_owned()),
            Just("---".to_owned()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_text_comes_back_to_the_byte(lines in prop::collection::vec(line(), 0..12), ends in any::<bool>(), crlf in any::<bool>()) {
            let end = if crlf { "\r\n" } else { "\n" };
            let text = lines.join(end) + if ends { end } else { "" };
            prop_assume!(!text.contains("cleanbill"));
            for kind in KINDS {
                if let Ok(changed) = with(&text, kind, &wanted(None), false) {
                    prop_assert_eq!(without(&changed), Some(text.clone()));
                }
            }
        }
    }
}
