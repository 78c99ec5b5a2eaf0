//! For SARIF message texts, where brackets make links and braces make placeholders (SARIF 2.1.0,
//! sections 3.11.5 and 3.11.6). The JSON around it is escaped by the JSON writer.

/// Text that a viewer shows as it stands.
#[must_use]
pub fn message(text: &str) -> String {
    let seen = super::visible(text);
    let mut out = String::with_capacity(seen.len() + 8);
    for c in seen.chars() {
        match c {
            '[' | ']' | '\\' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

/// A path as a URI reference: what is not plain is percent-encoded, and no scheme can arise.
#[must_use]
pub fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_placeholders_become_text() {
        assert_eq!(
            message("[x](https://e.example) {0}"),
            "\\[x\\](https://e.example) {{0}}"
        );
    }

    #[test]
    fn a_path_is_never_an_address() {
        assert_eq!(uri("./a b/package-lock.json"), "a%20b/package-lock.json");
        assert_eq!(uri("javascript:x"), "javascript%3Ax");
    }
}
