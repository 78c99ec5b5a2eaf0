//! Reads an indicator as a campaign file writes it: defanged addresses, and files told half in words.
//! It says what to look for, and never looks.

/// What a file indicator asks a searcher to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// A file or folder whose path ends in these segments; comparing is exact.
    Path {
        /// The last segments of the path, the file's own name last.
        segments: Vec<String>,
        /// Whether finding one says anything by itself.
        weight: Weight,
    },
    /// Something no walk over files can see: a registry value, a service, an address. A person looks.
    ByHand(String),
}

/// How much a file of this name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Nobody else uses the name.
    Telling,
    /// Honest software uses the name as well: it is only worth a look inside a bad package.
    Common,
}

/// Names that honest packages and systems use too, so that finding one says nothing by itself.
const COMMON: &[&str] = &[
    "binding.gyp",
    "bundle.js",
    "config.json",
    "index.js",
    "install.js",
    "intro.js",
    "node-gyp.dll",
    "setup",
    "setup.cjs",
    "setup.js",
    "setup.mjs",
    "setup.mdc",
    "system.bat",
    "telemetry.js",
    "wt.exe",
    "cat.py",
    "pgmon",
    "router_init.js",
    "ld.py",
];

/// Undoes defanging: `files[.]example` becomes `files.example`, `hxxps` becomes `https`.
#[must_use]
pub fn refang(text: &str) -> String {
    let text = text
        .replace("[.]", ".")
        .replace("(.)", ".")
        .replace("[:]", ":")
        .replace("[@]", "@")
        .replace("[at]", "@");
    match text.strip_prefix("hxxp") {
        Some(rest) => format!("http{rest}"),
        None => text,
    }
}

/// Makes an address harmless to click: every dot becomes `[.]`. Text already defanged stays as it is.
#[must_use]
pub fn defang(text: &str) -> String {
    refang(text).replace('.', "[.]")
}

/// What to look for, from the value of a file indicator.
#[must_use]
pub fn trace_of(value: &str) -> Trace {
    let by_hand = || Trace::ByHand(value.to_owned());
    // Words, registry keys and services: `HKCU Run: NvmProtocal`, `service: scdev`, `URL path /6202033`.
    if value.contains(": ") || value.contains(' ') || value.is_empty() {
        return by_hand();
    }
    let segments: Vec<String> = value
        .split(['/', '\\'])
        // A variable such as %TEMP% stands for a folder that differs from machine to machine.
        .filter(|segment| !segment.is_empty() && (!segment.starts_with('%') || !segment.ends_with('%')))
        .map(str::to_owned)
        .collect();
    let Some(name) = segments.last() else {
        return by_hand();
    };
    if name == "." || name == ".." {
        return by_hand();
    }
    // Two segments with a folder of an unusual name tell more than the file's own name.
    let telling_folder = segments.len() > 1
        && segments.first().is_some_and(|folder| {
            (folder.starts_with('.') && folder != ".claude") || folder == "NodePackages"
        });
    let bare = !name.contains('.');
    let weight = if telling_folder
        || !(COMMON.contains(&name.as_str()) || (bare && segments.len() == 1 && name.len() < 8))
    {
        Weight::Telling
    } else {
        Weight::Common
    };
    Trace::Path { segments, weight }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(value: &str) -> (Vec<String>, Weight) {
        match trace_of(value) {
            Trace::Path { segments, weight } => (segments, weight),
            Trace::ByHand(text) => panic!("{text} is a path"),
        }
    }

    #[test]
    fn rare_names_tell_and_common_ones_do_not() {
        assert_eq!(path("protocal.cjs").1, Weight::Telling);
        assert_eq!(path(".pkg_history").1, Weight::Telling);
        assert_eq!(path("setup.js").1, Weight::Common);
        assert_eq!(path("binding.gyp").1, Weight::Common);
    }

    #[test]
    fn variables_of_a_machine_fall_away() {
        assert_eq!(path("%TEMP%\\6202033.vbs").0, ["6202033.vbs"]);
        assert_eq!(
            path("/Library/Caches/com.apple.act.mond").0,
            ["Library", "Caches", "com.apple.act.mond"]
        );
        assert_eq!(
            path("NodePackages/config.json"),
            (vec!["NodePackages".into(), "config.json".into()], Weight::Telling)
        );
    }

    #[test]
    fn what_is_no_file_is_left_to_people() {
        for value in [
            "HKCU Run: MicrosoftUpdate",
            "service: scdev",
            "URL path /6202033",
            "package.md swapped onto package.json",
            "/",
            "",
        ] {
            assert!(
                matches!(trace_of(value), Trace::ByHand(_)),
                "{value} was taken for a path"
            );
        }
    }

    #[test]
    fn defanging_goes_both_ways() {
        assert_eq!(refang("hxxps://files[.]example"), "https://files.example");
        assert_eq!(defang("files.example"), "files[.]example");
        assert_eq!(defang("files[.]example"), "files[.]example");
    }
}
