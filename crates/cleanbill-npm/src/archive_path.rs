//! Where an entry of a tarball would land, or why it may not.
//! A path is rejected, never repaired; only what every system reads as the same path is written the same.
use crate::tarball::Limits;

/// A path that may be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Landing {
    /// Below the package's root, with `/` between its parts.
    pub(crate) path: String,
    /// True when it was written with empty parts or single dots.
    pub(crate) odd: bool,
}

/// Why a path may not be kept: a defect's code and its words.
pub(crate) type Refusal = (&'static str, &'static str);

/// Checks a path and takes its first part off, as npm does.
pub(crate) fn landing(path: &[u8], limits: &Limits) -> Result<Landing, Refusal> {
    if path.len() > limits.path_bytes {
        return Err(("limit-path-bytes", "the path is longer than the limit"));
    }
    let path = std::str::from_utf8(path).map_err(|_| ("path-not-utf8", "the path is not UTF-8"))?;
    if path.chars().any(char::is_control) {
        return Err(("path-control-character", "the path holds a control character"));
    }
    if path.contains('\\') {
        return Err((
            "path-backslash",
            "the path holds a backslash, which parts it on one system and not on another",
        ));
    }
    let is_drive = |path: &str| {
        let mut chars = path.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
    };
    let (_, below) = path.split_once('/').ok_or((
        "path-without-root",
        "the path has no directory to take off, so clients drop the entry",
    ))?;
    if path.starts_with('/') || is_drive(path) || is_drive(below) {
        return Err(("path-absolute", "the path is absolute"));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(("path-traversal", "the path leaves its directory"));
    }
    let parts: Vec<&str> = below
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.is_empty() {
        return Err(("path-without-root", "the path names the package's root itself"));
    }
    if parts.len() > limits.depth {
        return Err(("limit-path-depth", "the path is deeper than the limit"));
    }
    let joined = parts.join("/");
    Ok(Landing {
        odd: joined != below,
        path: joined,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lands(path: &str) -> Result<String, &'static str> {
        landing(path.as_bytes(), &Limits::default())
            .map(|landing| landing.path)
            .map_err(|(code, _)| code)
    }

    #[test]
    fn the_first_part_comes_off_whatever_it_is() {
        assert_eq!(lands("package/index.js").unwrap(), "index.js");
        assert_eq!(lands("anything/lib/a.js").unwrap(), "lib/a.js");
        assert_eq!(lands("package/ spaced .js").unwrap(), " spaced .js");
    }

    #[test]
    fn other_spellings_of_one_path_are_one_path() {
        for path in ["package//a.js", "package/./a.js", "package/a.js/"] {
            let landing = landing(path.as_bytes(), &Limits::default()).unwrap();
            assert_eq!((landing.path.as_str(), landing.odd), ("a.js", true));
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        assert_eq!(lands("package/../../etc/passwd"), Err("path-traversal"));
        assert_eq!(lands("../package/a"), Err("path-traversal"));
        assert_eq!(lands("/package/a"), Err("path-absolute"));
        assert_eq!(lands("C:/package/a"), Err("path-absolute"));
        assert_eq!(lands("package/C:/a"), Err("path-absolute"));
        assert_eq!(lands("package\\..\\a/b"), Err("path-backslash"));
        assert_eq!(lands("package/a\u{1b}[2J"), Err("path-control-character"));
        assert_eq!(lands("package/a\0b"), Err("path-control-character"));
        assert_eq!(lands("index.js"), Err("path-without-root"));
        assert_eq!(lands("package/"), Err("path-without-root"));
        assert_eq!(lands(""), Err("path-without-root"));
        assert_eq!(
            lands(&format!("package/{}a", "b/".repeat(64))),
            Err("limit-path-depth")
        );
        assert_eq!(
            lands(&format!("package/{}", "b".repeat(1024))),
            Err("limit-path-bytes")
        );
        assert_eq!(
            landing(b"package/\xff", &Limits::default()).unwrap_err().0,
            "path-not-utf8"
        );
    }
}
