//! Places and commands as people read them: the field of a packument, the line of a lockfile, the command
//! that keeps an earlier version. It knows no audit.
use cleanbill_facts::Pin;
use cleanbill_model::{Evidence, Version};

/// Longest piece of a package's own text put into a sentence, in characters: enough to recognise it.
const MAX_QUOTE: usize = 200;

/// What stands in `field` of one version in the packument.
pub(crate) fn field(version: &Version, field: &str, shows: &str) -> Evidence {
    Evidence::note(format!("versions[\"{version}\"].{field}: {shows}")).file("packument")
}

/// What stands in the packument under `place`.
pub(crate) fn packument(place: &str, shows: &str) -> Evidence {
    Evidence::note(format!("{place}: {shows}")).file("packument")
}

/// The entry in the lockfile.
pub(crate) fn entry(pin: &Pin, shows: &str) -> Evidence {
    Evidence::note(shows).file(&*pin.file).at(pin.line.max(1), 1)
}

/// A package's own text, cut to a readable length.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTE) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The command that installs exactly this version, quoted where a shell would trip over it.
pub(crate) fn install(name: &str, version: &Version) -> String {
    let spec = format!("{name}@{version}");
    if spec
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.@/+".contains(c))
    {
        format!("npm install {spec}")
    } else {
        format!("npm install '{}'", spec.replace('\'', r"'\''"))
    }
}

/// The sentence that says how to stay on an earlier version, or that there is none.
pub(crate) fn keep(name: &str, earlier: Option<&Version>) -> String {
    match earlier {
        Some(version) => format!("stay on {version} (`{}`)", install(name, version)),
        None => "leave it out".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_a_shell_would_split_is_quoted() {
        let version = Version::parse("1.0.0").unwrap();
        assert_eq!(install("@scope/left", &version), "npm install @scope/left@1.0.0");
        assert_eq!(
            install("a~b!(c)'d", &version),
            r"npm install 'a~b!(c)'\''d@1.0.0'"
        );
    }
}
