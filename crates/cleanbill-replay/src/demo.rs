//! The replay that ships inside the program, for `cleanbill demo`.

/// Files of the case by path below its folder.
pub static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo.rs"));

#[cfg(test)]
mod tests {
    #[test]
    fn the_case_is_whole() {
        assert!(super::FILES.iter().any(|(path, _)| *path == "case.json"));
        assert!(
            super::FILES
                .iter()
                .any(|(path, _)| path.ends_with("easy-day-js/1.11.22/setup.cjs"))
        );
    }
}
