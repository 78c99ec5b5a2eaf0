//! Whether a folder is named by the root's workspace patterns.
//! It knows the few signs that workspaces use, not all of minimatch.

/// Most steps one comparison takes; a pattern full of `**` would otherwise take exponential time.
const MAX_STEPS: usize = 10_000;

/// True when the last pattern that matches is not a negation.
pub(super) fn is_match<P: AsRef<str>>(patterns: &[P], folder: &str) -> bool {
    let folder: Vec<&str> = folder.split('/').collect();
    patterns.iter().fold(false, |matched, pattern| {
        let pattern = pattern.as_ref();
        let (wanted, pattern) = pattern
            .strip_prefix('!')
            .map_or((true, pattern), |rest| (false, rest));
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        let mut steps = 0;
        if parts_match(&parts, &folder, &mut steps) {
            wanted
        } else {
            matched
        }
    })
}

fn parts_match(pattern: &[&str], folder: &[&str], steps: &mut usize) -> bool {
    *steps += 1;
    if *steps > MAX_STEPS {
        return false;
    }
    match (pattern.split_first(), folder.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts_match(rest, folder, steps)
                || folder
                    .split_first()
                    .is_some_and(|(_, f)| parts_match(pattern, f, steps))
        }
        (Some((part, rest)), Some((name, names))) => {
            part_matches(part, name) && parts_match(rest, names, steps)
        }
        _ => false,
    }
}

/// One folder name against a pattern with `*`: its pieces must come in order, the ends in place.
fn part_matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_a_folder_and_double_stars_do_not() {
        assert!(is_match(&["packages/*"], "packages/a"));
        assert!(!is_match(&["packages/*"], "packages/a/b"));
        assert!(is_match(&["packages/**"], "packages/a/b"));
        assert!(is_match(&["./apps/web-*-x/"], "apps/web-one-x"));
        assert!(!is_match(&["apps/web-*-x"], "apps/web-x"));
        assert!(is_match(&["**/x"], "x"));
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        assert!(!is_match(&["packages/*", "!packages/old"], "packages/old"));
        assert!(is_match(&["!packages/old", "packages/*"], "packages/old"));
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let pattern = vec!["**"; 40].join("/") + "/b";
        assert!(!is_match(&[pattern], &vec!["a"; 40].join("/")));
    }
}
