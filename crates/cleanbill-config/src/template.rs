//! The commented template of `cleanbill.toml`; a test reads it with every comment mark removed.

/// What `cleanbill config template` prints.
pub const TEMPLATE: &str = include_str!("../data/cleanbill.toml");

#[cfg(test)]
mod tests {
    use crate::{Layer, LayerKind, Overrides, parse, resolve};

    #[test]
    fn every_line_of_the_template_can_be_switched_on() {
        let active: String = super::TEMPLATE
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = ") || rest.starts_with('['))
                    .unwrap_or(line)
            })
            .filter(|line| !line.starts_with('#'))
            .fold(String::new(), |text, line| text + line + "\n");
        let file = parse(&active).unwrap();
        assert!(!file.waivers.is_empty() && !file.feeds.is_empty() && !file.audits.is_empty());
        let layer = Layer {
            kind: LayerKind::User,
            place: "template".into(),
            folder: String::new(),
            file,
        };
        resolve(vec![layer], &Overrides::default()).unwrap();
    }
}
