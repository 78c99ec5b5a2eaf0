//! The views by name. A new view is one file and one line in the list here; no view knows another.
use crate::report::{AuditReport, InspectReport};

/// How a view is drawn. Views that have no use for a field ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Colour, for the views that have any.
    pub colour: Colour,
    /// Columns to fill, kept between [`MIN_WIDTH`] and [`MAX_WIDTH`].
    pub width: usize,
    /// How much is told.
    pub detail: Detail,
}

/// Whether escape sequences for colour are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// None at all: a pipe, a file, `NO_COLOR`.
    Never,
    /// Yes: a terminal that wants them.
    Always,
}

/// How much the human view tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What is held or blocked, and the summary.
    Quiet,
    /// Warnings too; notes by count.
    Normal,
    /// Everything, each place and each way.
    Verbose,
}

/// Narrowest layout; below it words break in the middle.
pub const MIN_WIDTH: usize = 40;
/// Widest layout: longer lines are hard to read, however wide the terminal.
pub const MAX_WIDTH: usize = 100;

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            colour: Colour::Never,
            width: 80,
            detail: Detail::Normal,
        }
    }
}

impl RenderOptions {
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(MIN_WIDTH, MAX_WIDTH)
    }
}

/// A view could not be drawn; always our own fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The JSON writer refused a value.
    #[error("cannot write the report as JSON")]
    Json(#[from] serde_json::Error),
    /// The page template failed.
    #[error("cannot write the report as HTML")]
    Html(#[from] askama::Error),
    /// The XML writer failed.
    #[error("cannot write the report as JUnit XML")]
    Junit(#[from] quick_junit::SerializeError),
}

/// No view has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {text:?}; the formats are {}", Format::names())]
pub struct UnknownFormat {
    /// The start of what was asked for.
    pub text: String,
}

macro_rules! formats {
    ($($variant:ident = $name:literal in $module:ident: $about:literal;)+) => {
        /// A view of a result.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Format {
            $(#[doc = $about] $variant,)+
        }

        impl Format {
            /// Every view, in the order help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it is for, in a few words.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }
        }

        /// Draws the answer on a project.
        ///
        /// # Errors
        /// Only for a fault of our own; no text of a package can cause one.
        pub fn render_audit(report: &AuditReport, format: Format, options: &RenderOptions) -> Result<String, RenderError> {
            match format { $(Format::$variant => crate::$module::audit(report, options)),+ }
        }

        /// Draws the answer on one release.
        ///
        /// # Errors
        /// Only for a fault of our own; no text of a package can cause one.
        pub fn render_inspect(report: &InspectReport, format: Format, options: &RenderOptions) -> Result<String, RenderError> {
            match format { $(Format::$variant => crate::$module::inspect(report, options)),+ }
        }
    };
}

formats! {
    Human = "human" in human: "for people, in a terminal or a log";
    Json = "json" in json: "Cleanbill's own JSON, version 1";
    Sarif = "sarif" in sarif: "SARIF 2.1.0, for code scanning";
    Cyclonedx = "cyclonedx" in cyclonedx: "a CycloneDX 1.6 bill of materials with vulnerabilities and VEX states";
    Junit = "junit" in junit: "JUnit XML, one case a release";
    Html = "html" in html: "one self-contained page";
    Github = "github" in github: "annotations for GitHub Actions";
}

impl Format {
    /// Reads a name.
    ///
    /// # Errors
    /// When no view has it.
    pub fn parse(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| UnknownFormat {
                text: text.chars().take(40).collect(),
            })
    }

    fn names() -> String {
        Self::ALL
            .iter()
            .map(|format| format!("`{}`", format.as_str()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.as_str()).unwrap(), *format);
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let message = Format::parse("xml\u{1b}[2J").unwrap_err().to_string();
        assert!(
            message.contains("`sarif`") && !message.contains('\u{1b}'),
            "{message}"
        );
    }
}
