//! An audit's page without what the views say themselves: the generated table of its properties and the
//! marks around generated parts. It changes no sentence.

/// Opens the generated table.
const TABLE_START: &str = "<!-- meta";
/// Closes it.
const TABLE_END: &str = "<!-- /meta -->";

/// The Markdown of a page, for people.
pub(crate) fn body(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut in_table = false;
    for line in page.lines() {
        let mark = line.trim();
        match mark {
            _ if mark.starts_with(TABLE_START) => in_table = true,
            TABLE_END => in_table = false,
            _ if in_table || (mark.starts_with("<!--") && mark.ends_with("-->")) => {}
            "" if out.is_empty() || out.ends_with("\n\n") => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_marks_go_and_the_sentences_stay() {
        let page = "One line.\n\n<!-- meta: generated -->\n| | |\n|---|---|\n| level | warn |\n<!-- /meta -->\n\n## What\n\n<!-- examples -->\n- a\n<!-- /examples -->\n";
        assert_eq!(body(page), "One line.\n\n## What\n\n- a\n");
    }

    #[test]
    fn a_table_that_never_closes_hides_the_rest_and_nothing_breaks() {
        assert_eq!(body("a\n<!-- meta -->\nb"), "a\n");
    }
}
