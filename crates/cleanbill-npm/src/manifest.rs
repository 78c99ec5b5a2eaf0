//! One version's manifest as a packument carries it: scripts, requests, accounts, what it says of itself.
//! It has no idea what is suspicious in it, and never fails: each field is there or missing with a reason.
use cleanbill_model::{Known, Missing};
use serde_json::value::RawValue;

use crate::{
    dist::{self, Dist},
    json::{self, Kind},
    reader::{Place, Reader, Str, present},
};

/// The scripts that run at install, in the order in which they run.
pub const INSTALL_EVENTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The members of a version that are read.
pub(crate) const FIELDS: [&str; 25] = [
    "_npmUser",
    "dist",
    "scripts",
    "hasInstallScript",
    "gypfile",
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "bundleDependencies",
    "bundledDependencies",
    "deprecated",
    "description",
    "repository",
    "homepage",
    "author",
    "bin",
    "maintainers",
    "version",
    "main",
    "module",
    "browser",
    "exports",
    "os",
    "cpu",
    "engines",
];
/// Those of [`FIELDS`] that say which files are loaded and where the package may be installed; each is kept as the
/// JSON that was sent.
pub const SHAPE_FIELDS: [&str; 7] = ["main", "module", "browser", "exports", "os", "cpu", "engines"];
/// The members of `_npmUser` that are read.
pub(crate) const PUBLISHER_FIELDS: [&str; 3] = ["name", "email", "trustedPublisher"];

/// A map of text to text, in order of appearance; a value of another type is malformed.
pub type Pairs<'a> = Vec<(Str<'a>, Known<Str<'a>>)>;

/// An account as an owner or author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account<'a> {
    /// Account name.
    pub name: Known<Str<'a>>,
    /// Mail address.
    pub email: Known<Str<'a>>,
}

/// The account that published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher<'a> {
    /// The account.
    pub account: Account<'a>,
    /// The id of the workflow host, where the registry trusted a workflow: `github`, `gitlab`, ….
    pub trusted: Known<Str<'a>>,
}

/// What a release carries inside its own tarball.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bundled<'a> {
    /// Every dependency, or none.
    All(bool),
    /// These.
    Names(Vec<Str<'a>>),
}

/// What is said to users who install a deprecated release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation<'a> {
    /// The message; empty where only the fact was sent.
    pub message: Str<'a>,
}

/// One version of a packument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest<'a> {
    /// The key it stands under.
    pub version: Str<'a>,
    /// The version it says it is.
    pub declared_version: Known<Str<'a>>,
    /// The account that published it.
    pub publisher: Known<Publisher<'a>>,
    /// Its tarball.
    pub dist: Known<Dist<'a>>,
    /// Scripts that run at install, by event, those of [`INSTALL_EVENTS`] only.
    pub scripts: Known<Pairs<'a>>,
    /// The registry's own word that something runs at install.
    pub has_install_script: Known<bool>,
    /// True when it holds a `binding.gyp`.
    pub gypfile: Known<bool>,
    /// `dependencies`.
    pub dependencies: Known<Pairs<'a>>,
    /// `optionalDependencies`.
    pub optional_dependencies: Known<Pairs<'a>>,
    /// `peerDependencies`.
    pub peer_dependencies: Known<Pairs<'a>>,
    /// `bundleDependencies`, in either spelling.
    pub bundled: Known<Bundled<'a>>,
    /// Set when it is deprecated.
    pub deprecated: Known<Deprecation<'a>>,
    /// `description`.
    pub description: Known<Str<'a>>,
    /// Repository address as written.
    pub repository: Known<Str<'a>>,
    /// `homepage`.
    pub homepage: Known<Str<'a>>,
    /// Author.
    pub author: Known<Account<'a>>,
    /// Commands it installs, by name. A single command without a name stands under the empty name.
    pub bin: Known<Pairs<'a>>,
    /// Owners when it was published.
    pub maintainers: Known<Vec<Account<'a>>>,
    /// Those of [`SHAPE_FIELDS`] that were sent, with their JSON.
    pub shape: Vec<(&'static str, Str<'a>)>,
}

impl<'a> Manifest<'a> {
    /// A version of which nothing else can be said, for one reason.
    #[must_use]
    pub fn missing(version: Str<'a>, reason: Missing) -> Self {
        Self {
            version,
            declared_version: Known::Missing(reason),
            publisher: Known::Missing(reason),
            dist: Known::Missing(reason),
            scripts: Known::Missing(reason),
            has_install_script: Known::Missing(reason),
            gypfile: Known::Missing(reason),
            dependencies: Known::Missing(reason),
            optional_dependencies: Known::Missing(reason),
            peer_dependencies: Known::Missing(reason),
            bundled: Known::Missing(reason),
            deprecated: Known::Missing(reason),
            description: Known::Missing(reason),
            repository: Known::Missing(reason),
            homepage: Known::Missing(reason),
            author: Known::Missing(reason),
            bin: Known::Missing(reason),
            maintainers: Known::Missing(reason),
            shape: Vec::new(),
        }
    }
}

pub(crate) fn parse<'a>(
    reader: &mut Reader,
    version: Str<'a>,
    raw: &'a RawValue,
    place: &Place<'_>,
) -> Manifest<'a> {
    let fields = match reader.pick(Some(raw), FIELDS, place) {
        Known::Known(fields) => fields,
        Known::Missing(Missing::NotSent) => {
            reader.wrong_type(place, Kind::Null, "an object");
            return Manifest::missing(version, Missing::Malformed);
        }
        Known::Missing(reason) => return Manifest::missing(version, reason),
    };
    let [
        user,
        dist,
        scripts,
        has_script,
        gypfile,
        dependencies,
        optional,
        peer,
        bundle,
        bundled,
        deprecated,
        description,
        repository,
        homepage,
        author,
        bin,
        maintainers,
        declared,
        main,
        module,
        browser,
        exports,
        os,
        cpu,
        engines,
    ] = fields;
    let sent = [main, module, browser, exports, os, cpu, engines];
    let shape = SHAPE_FIELDS
        .into_iter()
        .zip(sent)
        .filter_map(|(field, raw)| Some((field, Str::Borrowed(present(raw)?.get()))))
        .collect();
    let at = |name| Place::Field(place, name);
    Manifest {
        declared_version: reader.text(declared, &at("version")),
        publisher: publisher(reader, user, &at("_npmUser")),
        dist: dist::parse(reader, dist, &at("dist")),
        scripts: install_scripts(reader, scripts, &at("scripts")),
        has_install_script: reader.flag(has_script, &at("hasInstallScript")),
        gypfile: reader.flag(gypfile, &at("gypfile")),
        dependencies: reader.pairs(dependencies, &at("dependencies")),
        optional_dependencies: reader.pairs(optional, &at("optionalDependencies")),
        peer_dependencies: reader.pairs(peer, &at("peerDependencies")),
        bundled: bundled_names(reader, present(bundle).or(bundled), &at("bundleDependencies")),
        deprecated: deprecation(reader, deprecated, &at("deprecated")),
        description: reader.text(description, &at("description")),
        repository: address(reader, repository, &at("repository")),
        homepage: reader.text(homepage, &at("homepage")),
        author: account(reader, author, &at("author")),
        bin: commands(reader, bin, &at("bin")),
        maintainers: reader
            .list(maintainers, &at("maintainers"), |reader, raw, place| {
                account(reader, Some(raw), place).get().cloned()
            })
            .map(|all| all.into_iter().flatten().collect()),
        shape,
        version,
    }
}

fn publisher<'a>(reader: &mut Reader, raw: Option<&'a RawValue>, place: &Place<'_>) -> Known<Publisher<'a>> {
    let [name, email, trusted] = match reader.pick(raw, PUBLISHER_FIELDS, place) {
        Known::Known(fields) => fields,
        Known::Missing(reason) => return Known::Missing(reason),
    };
    let trusted_at = Place::Field(place, "trustedPublisher");
    let trusted = match reader.pick(trusted, ["id"], &trusted_at) {
        Known::Known([id]) => match reader.text(id, &Place::Field(&trusted_at, "id")) {
            // A workflow without an id is a workflow all the same.
            Known::Missing(Missing::NotSent) => Known::Known(Str::Borrowed("")),
            id => id,
        },
        Known::Missing(reason) => Known::Missing(reason),
    };
    let account = Account {
        name: reader.text(name, &Place::Field(place, "name")),
        email: reader.text(email, &Place::Field(place, "email")),
    };
    Known::Known(Publisher { account, trusted })
}

/// An object with `name` and `email`, or one text `Name <mail> (url)`.
pub(crate) fn account<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
    place: &Place<'_>,
) -> Known<Account<'a>> {
    let Some(raw) = present(raw) else {
        return Known::Missing(Missing::NotSent);
    };
    if let Some(text) = reader.decode(raw, place) {
        return Known::Known(account_of_text(&text));
    }
    match reader.pick(Some(raw), ["name", "email"], place) {
        Known::Known([name, email]) => Known::Known(Account {
            name: reader.text(name, &Place::Field(place, "name")),
            email: reader.text(email, &Place::Field(place, "email")),
        }),
        Known::Missing(reason) => Known::Missing(reason),
    }
}

fn account_of_text<'a>(text: &str) -> Account<'a> {
    let name = text.split(['<', '(']).next().unwrap_or_default().trim();
    let email = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(mail, _)| mail.trim());
    Account {
        name: Known::or_missing(
            Some(name)
                .filter(|name| !name.is_empty())
                .map(|name| name.to_owned().into()),
            Missing::NotSent,
        ),
        email: Known::or_missing(email.map(|mail| mail.to_owned().into()), Missing::NotSent),
    }
}

fn install_scripts<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
    place: &Place<'_>,
) -> Known<Pairs<'a>> {
    let picked = reader.pick(raw, INSTALL_EVENTS, place);
    picked.map(|commands| {
        let mut found = Vec::new();
        for (event, command) in INSTALL_EVENTS.into_iter().zip(commands) {
            match reader.text(command, &Place::Field(place, event)) {
                Known::Missing(Missing::NotSent) => {}
                command => found.push((Str::Borrowed(event), command)),
            }
        }
        found
    })
}

fn bundled_names<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
    place: &Place<'_>,
) -> Known<Bundled<'a>> {
    match present(raw).map(json::kind) {
        Some(Kind::Bool) => reader.flag(raw, place).map(Bundled::All),
        // Old publishers sent the map of dependencies in place of their names.
        Some(Kind::Object) => reader
            .map(raw, place, |_, _, _| ())
            .map(|map| Bundled::Names(map.into_iter().map(|(name, ())| name).collect())),
        _ => reader
            .list(raw, place, |reader, raw, place| reader.text(Some(raw), place))
            .map(|names| Bundled::Names(names.into_iter().filter_map(|name| name.get().cloned()).collect())),
    }
}

fn deprecation<'a>(
    reader: &mut Reader,
    raw: Option<&'a RawValue>,
    place: &Place<'_>,
) -> Known<Deprecation<'a>> {
    let message = match present(raw).map(json::kind) {
        Some(Kind::Bool) => match reader.flag(raw, place) {
            Known::Known(true) => {
                return Known::Known(Deprecation {
                    message: Str::Borrowed(""),
                });
            }
            _ => Known::Missing(Missing::NotSent),
        },
        _ => reader.text(raw, place),
    };
    match message {
        // The registry takes a deprecation back by an empty message.
        Known::Known(message) if message.is_empty() => Known::Missing(Missing::NotSent),
        message => message.map(|message| Deprecation { message }),
    }
}

/// A text, or an object with `url`.
fn address<'a>(reader: &mut Reader, raw: Option<&'a RawValue>, place: &Place<'_>) -> Known<Str<'a>> {
    match present(raw).map(json::kind) {
        Some(Kind::Object) => match reader.pick(raw, ["url"], place) {
            Known::Known([url]) => reader.text(url, &Place::Field(place, "url")),
            Known::Missing(reason) => Known::Missing(reason),
        },
        _ => reader.text(raw, place),
    }
}

fn commands<'a>(reader: &mut Reader, raw: Option<&'a RawValue>, place: &Place<'_>) -> Known<Pairs<'a>> {
    match present(raw).map(json::kind) {
        Some(Kind::Text) => reader
            .text(raw, place)
            .map(|path| vec![(Str::Borrowed(""), Known::Known(path))]),
        _ => reader.pairs(raw, place),
    }
}
