//! What one `resolution` of pnpm says: where the bytes come from and which digest they have.
//! It knows neither keys nor requests.
use cleanbill_model::{Integrity, SafeUrl};

use super::keys::Place;
use crate::{Origin, address, block_yaml::Node, intake::Intake, spec::is_http};

/// Origin and integrity of an entry whose key says `place`.
pub(super) fn source(
    entry: &Node<'_>,
    place: Place<'_>,
    line: u32,
    intake: &mut Intake,
) -> (Origin, Option<Integrity>) {
    let resolution = entry.get("resolution");
    match resolution {
        None => intake.flaw("missing-field", line, "the entry has no `resolution`"),
        Some(node) if node.kind() != "a map" => {
            intake.flaw(
                "wrong-type",
                node.line,
                format!("`resolution` is {}, not a map", node.kind()),
            );
        }
        Some(_) => {}
    }
    let mut text = |field| text_of(resolution?, field, line, intake).map(str::to_owned);
    let [integrity, kind, tarball, repository, commit, directory, registry] = [
        "integrity",
        "type",
        "tarball",
        "repo",
        "commit",
        "directory",
        "registry",
    ]
    .map(&mut text);
    let integrity = integrity.and_then(|integrity| intake.integrity(&integrity, line));
    let origin = match (kind.as_deref(), tarball) {
        (Some("git"), _) => repository.map(|url| Origin::Git {
            url: SafeUrl::new(url),
            commit,
        }),
        (Some("directory"), _) => directory.map(|path| Origin::File { path }),
        (_, Some(tarball)) => Some(tarball_origin(&tarball, registry.as_deref(), place)),
        (None, None) => match place {
            Place::Version(_) => Some(Origin::Registry { url: None }),
            Place::Other(place) => address::origin_of(place),
        },
        (Some("binary" | "variations"), None) => resolution.and_then(first_url).map(|url| Origin::Url {
            url: SafeUrl::new(url),
        }),
        (Some(_), None) => None,
    };
    let origin = origin.unwrap_or_else(|| {
        intake.flaw(
            "unknown-source",
            line,
            "the entry does not say where its bytes come from in a way known here",
        );
        Origin::Unknown
    });
    (origin, integrity)
}

fn tarball_origin(tarball: &str, registry: Option<&str>, place: Place<'_>) -> Origin {
    if let Some(path) = tarball.strip_prefix("file:") {
        return Origin::File {
            path: path.to_owned(),
        };
    }
    match place {
        Place::Version(_) => {
            // Old files keep the path alone, beside the registry it is below.
            let joined = registry
                .filter(|_| !is_http(tarball))
                .and_then(|registry| url::Url::parse(registry).ok()?.join(tarball).ok());
            let url = joined.map_or_else(|| tarball.to_owned(), String::from);
            Origin::Registry {
                url: Some(SafeUrl::new(url)),
            }
        }
        Place::Other(_) if address::is_git(tarball) => address::git(tarball),
        Place::Other(_) => address::web(tarball),
    }
}

/// The first `url` of a runtime's archives; there is one for each platform.
fn first_url(resolution: &Node<'_>) -> Option<String> {
    if let Some(url) = resolution.get("url").and_then(Node::text) {
        return Some(url.to_owned());
    }
    let variants = resolution.get("variants")?;
    variants
        .items()
        .iter()
        .find_map(|variant| variant.get("resolution")?.get("url")?.text().map(str::to_owned))
}

/// A field that is text and not too long; anything else is a defect.
pub(super) fn text_of<'n>(
    node: &'n Node<'_>,
    field: &str,
    line: u32,
    intake: &mut Intake,
) -> Option<&'n str> {
    let value = node.get(field)?;
    match value.text() {
        Some(text) => intake.kept(text, value.line.max(line)),
        None => {
            intake.flaw(
                "wrong-type",
                value.line.max(line),
                format!("`{field}` is {}, not text", value.kind()),
            );
            None
        }
    }
}

/// A field that is `true` or `false`; anything else is a defect.
pub(super) fn flag_of(node: &Node<'_>, field: &str, line: u32, intake: &mut Intake) -> Option<bool> {
    let value = node.get(field)?;
    match value.text() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => {
            intake.flaw(
                "wrong-type",
                value.line.max(line),
                format!("`{field}` is neither true nor false"),
            );
            None
        }
    }
}
