//! Sinks: where marked values leave or become code, and the chains that makes.
//! Levels come from `chain`; here the way is written down.
use cleanbill_model::Level;

use crate::chain::{Chain, Draft, Source, Step, level};
use crate::entry::Trigger;
use crate::hosts::{self, HostClass};
use crate::machine::heap::{Kind, Wire};
use crate::machine::marks::Place;
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::{Dest, step};
use crate::text::shown;

/// Longest decoded text shown in a step.
const SHOWN: usize = 400;
/// Longest way shown; longer ones keep their two ends.
const MOST_STEPS: usize = 24;

/// A chain being put together.
pub(crate) struct Found<'a> {
    pub id: &'a str,
    pub marks: Taint,
    pub dest: Option<u32>,
    pub note: String,
    pub decoded: Option<String>,
    pub aggravations: Vec<String>,
    /// What arrives steers the sink and need not be the code itself.
    pub indirect: bool,
    /// How far it goes alone at most, whoever starts it.
    pub most: Option<Level>,
}

impl<'a> Found<'a> {
    pub fn new(id: &'a str, marks: Taint, note: impl Into<String>) -> Self {
        Self {
            id,
            marks,
            dest: None,
            note: note.into(),
            decoded: None,
            aggravations: Vec::new(),
            indirect: false,
            most: None,
        }
    }
}

fn short(text: &str) -> String {
    let text = shown(text);
    let head: String = text.chars().take(SHOWN).collect();
    if head.len() < text.len() {
        format!("{head}…")
    } else {
        head
    }
}

/// Only these kinds explain a chain; the others ride along.
fn telling(id: &str, source: Source) -> bool {
    match id {
        "FLO-01" | "FLO-16" => source.is_sensitive() || source == Source::Metadata,
        "FLO-02" => source == Source::Fingerprint,
        "FLO-10" => source == Source::KeyMaterial,
        "FLO-03" | "FLO-06" | "FLO-15" | "FLO-09" => matches!(source, Source::Network | Source::DeadDrop),
        "FLO-04" => source == Source::Decoded,
        "FLO-05" => source == Source::PackageFile,
        _ => true,
    }
}

/// A destination, classified once.
pub(crate) fn dest(m: &mut Machine<'_>, url: &Val, place: Place) -> u32 {
    let mut best: Option<Dest> = None;
    let mut asked = None;
    for one in url.each() {
        // A redirect is as good or bad as the host that was asked: its class is known already.
        if let V::Obj(obj) = one.v
            && let Some(Kind::Remote(r)) = m.get(obj).map(|o| &o.kind)
            && r.wire == Wire::Redirect
        {
            asked = asked.or(Some(r.dest));
            continue;
        }
        let text = m.to_text(&one).map(|s| s.as_str().to_owned()).unwrap_or_default();
        let (class, host) = hosts::classify(m.pkg, &text);
        let drop =
            hosts::is_dead_drop(&text) || m.has(&one.t, Source::DeadDrop) || named_by_stranger(m, &one.t);
        let candidate = Dest {
            url: shown(&text),
            host,
            class,
            place,
            dead_drop: drop,
            told: m.has(&one.t, Source::Network),
        };
        // Of several the worst speaks: suppression needs every one to be harmless.
        if best.as_ref().is_none_or(|b| {
            candidate.class > b.class || (candidate.dead_drop && !b.dead_drop && b.class == candidate.class)
        }) {
            best = Some(candidate);
        }
    }
    let Some(found) = best else {
        return asked.unwrap_or_default();
    };
    // Of the two, the worse speaks here as well.
    if let Some(asked) = asked
        && let Some(known) = m.notes.dests.get(asked as usize)
        && known.class > found.class
    {
        return asked;
    }
    if let Some(ix) = m
        .notes
        .dests
        .iter()
        .position(|d| d.url == found.url && d.place == found.place)
    {
        return ix as u32;
    }
    m.notes.dests.push(found);
    (m.notes.dests.len() - 1) as u32
}

/// An answer of somebody nobody knows is in the value.
fn named_by_stranger(m: &Machine<'_>, t: &Taint) -> bool {
    let marks = t.ids().iter().filter_map(|id| m.marks.get(*id as usize));
    marks
        .filter(|mark| mark.source == Source::Network)
        .filter_map(|mark| m.notes.dests.get(mark.dest? as usize))
        .any(|asked| asked.dead_drop || asked.class.is_abnormal())
}

/// A step for a place of a source, with the layer it stands in named.
fn place_step(m: &Machine<'_>, place: Place, note: String, decoded: Option<String>) -> Step {
    match m.sources.get(place.src as usize) {
        Some(s) => {
            let note = if s.layer.is_some() {
                format!("{note} (in decoded code)")
            } else {
                note
            };
            step(&s.path, &s.text, place.at, note, decoded)
        }
        None => Step {
            file: String::new(),
            line: 1,
            column: 1,
            note,
            decoded,
            excerpt: String::new(),
        },
    }
}

/// The way of one mark, from its origin on.
fn way(m: &Machine<'_>, mark: u32, out: &mut Vec<Step>) {
    let mut ids = Vec::new();
    let mut next = Some(mark);
    while let Some(id) = next {
        ids.push(id);
        if ids.len() > MOST_STEPS {
            break;
        }
        next = m.marks.get(id as usize).and_then(|m| m.before);
    }
    for id in ids.into_iter().rev() {
        let Some(mark) = m.marks.get(id as usize) else {
            continue;
        };
        let dest = mark
            .dest
            .and_then(|d| m.notes.dests.get(d as usize))
            .filter(|d| !d.url.is_empty())
            .map(|d| short(&d.url));
        let detail = if mark.source == Source::Decoded {
            mark.detail.as_deref().map(short)
        } else {
            None
        };
        let step = place_step(m, mark.place, mark.note.clone(), dest.or(detail));
        if !out.contains(&step) {
            out.push(step);
        }
    }
}

/// The decodings that brought the code at `place` about, outermost first.
fn layers(m: &Machine<'_>, place: Place, out: &mut Vec<Step>) -> u32 {
    let mut stack = Vec::new();
    let mut src = place.src;
    while let Some(s) = m.sources.get(src as usize)
        && let Some(layer) = &s.layer
        && stack.len() < 8
    {
        stack.push((layer.clone(), s.text.clone()));
        src = layer.place.src;
    }
    let depth = stack.len() as u32;
    for (layer, text) in stack.into_iter().rev() {
        for mark in layer.marks.ids().iter().take(2) {
            way(m, *mark, out);
        }
        let head = short(text.get(..).unwrap_or_default());
        out.push(place_step(
            m,
            layer.place,
            "decoded text is run as code".to_owned(),
            Some(head),
        ));
    }
    depth
}

/// Writes a chain down.
pub(crate) fn chain(m: &mut Machine<'_>, a: &Act, found: Found<'_>, at: u32) {
    let place = m.place(a, at);
    chain_at(m, found, place);
}

/// The same at a given place.
pub(crate) fn chain_at(m: &mut Machine<'_>, found: Found<'_>, place: Place) {
    let mut steps = Vec::new();
    let layers = layers(m, place, &mut steps);
    let mut sources = Vec::new();
    let mut details: Vec<String> = Vec::new();
    let mut secrets: Vec<String> = Vec::new();
    let dest = found.dest.and_then(|d| m.notes.dests.get(d as usize)).cloned();
    let mut seen_roots = Vec::new();
    for id in found.marks.ids() {
        let Some(mark) = m.marks.get(*id as usize) else {
            continue;
        };
        if !telling(found.id, mark.source) || seen_roots.contains(&mark.root) {
            continue;
        }
        seen_roots.push(mark.root);
        if !sources.contains(&mark.source) {
            sources.push(mark.source);
        }
        if let Some(detail) = &mark.detail
            && mark.source != Source::Decoded
            && !details.contains(detail)
        {
            // `TOKEN` and `token` are two spellings of one variable.
            let again = details.iter().any(|known| known.eq_ignore_ascii_case(detail));
            details.push(detail.clone());
            if mark.source == Source::Secret && !again {
                secrets.push(detail.clone());
            }
        }
        way(m, *id, &mut steps);
    }
    let own = m.pkg.manifest.name.as_deref().unwrap_or_default();
    let host = dest.as_ref().and_then(|d| d.host.as_deref()).unwrap_or_default();
    let fitting = fitting(&secrets, own, host);
    let from = match &dest {
        None => {
            // Network marks bring their destination along.
            found
                .marks
                .ids()
                .iter()
                .filter_map(|id| m.marks.get(*id as usize))
                .filter(|mark| telling(found.id, mark.source))
                .filter_map(|mark| mark.dest)
                .filter_map(|d| m.notes.dests.get(d as usize))
                .max_by_key(|d| (d.class, d.dead_drop))
                .cloned()
        }
        Some(d) => Some(d.clone()),
    };
    if let Some(d) = &dest
        && !d.url.is_empty()
    {
        let note = format!("destination: {}", d.class.words());
        let step = place_step(m, d.place, note, Some(short(&d.url)));
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps.push(place_step(
        m,
        place,
        found.note.clone(),
        found.decoded.as_deref().map(short),
    ));
    if steps.len() > MOST_STEPS {
        let tail = steps.split_off(steps.len() - MOST_STEPS / 2);
        steps.truncate(MOST_STEPS / 2);
        steps.extend(tail);
    }
    let file = m
        .sources
        .get(place.src as usize)
        .map(|s| s.path.to_string())
        .unwrap_or_default();
    let obfuscated = m.notes_obfuscated(&file);
    let class = from.as_ref().map(|d| d.class);
    // Services tell their callers where to sign in, and upload to: a caller's word is behind it. What starts by itself
    // and lets an answer choose its host hides that host.
    let asked = m.lazy || m.trigger == Trigger::Bin;
    let dead_drop = from.as_ref().is_some_and(|d| d.dead_drop || (d.told && !asked));
    sources.sort();
    let draft = Draft {
        id: found.id,
        trigger: m.trigger,
        lazy: m.lazy,
        sources: &sources,
        secrets: secrets.len(),
        fitting,
        class,
        layers,
        obfuscated,
        dead_drop,
        aggravations: found.aggravations.len(),
        indirect: found.indirect,
    };
    let level = found.most.map_or(level(&draft), |most| level(&draft).min(most));
    let host = from.as_ref().and_then(|d| d.host.clone());
    let signature = format!(
        "{}|{}|{}|{}",
        found.id,
        sources
            .iter()
            .map(|s| format!("{s:?}"))
            .collect::<Vec<_>>()
            .join("+"),
        host.as_deref().unwrap_or("-"),
        if m.trigger.is_install() {
            "install"
        } else {
            "import"
        }
    );
    let mut aggravations = found.aggravations;
    if obfuscated {
        aggravations.push("OBF".to_owned());
    }
    gates(m, &mut steps, &mut aggravations);
    let chain = Chain {
        id: found.id.to_owned(),
        trigger: m.trigger,
        lazy: m.lazy,
        steps,
        sources,
        details,
        abnormal_host: class.is_some_and(HostClass::is_abnormal)
            || (dead_drop && class == Some(HostClass::Unresolved)),
        host,
        host_class: class,
        layers,
        aggravations,
        level,
        signature,
        seen: crate::chain::Seen::Read,
    };
    m.notes.chain(chain);
}

/// Gates told of one chain.
const MOST_GATES: usize = 3;

/// What was asked or waited for on the way, just before the end of a way that is proven without it.
fn gates(m: &Machine<'_>, steps: &mut Vec<Step>, aggravations: &mut Vec<String>) {
    let whole = steps.len() >= 2;
    for gate in m.gates.iter().take(MOST_GATES) {
        if !aggravations.iter().any(|id| id == gate.id) {
            aggravations.push(gate.id.to_owned());
        }
        let step = place_step(m, gate.place, gate.note.clone(), None);
        if whole && !steps.contains(&step) {
            steps.insert(steps.len() - 1, step);
        }
    }
}

/// A secret named after the package that reads it: `ACME_TOKEN` in `@acme/cli`. Other people's well-known
/// secrets are never excused by a name the publisher chose.
fn own_secret(secret: &str, package: &str) -> bool {
    const FOREIGN: &[&str] = &[
        "npm",
        "github",
        "gh",
        "aws",
        "google",
        "azure",
        "gitlab",
        "openai",
        "anthropic",
        "node",
        "docker",
    ];
    let package = package.to_ascii_lowercase();
    secret.to_ascii_lowercase().split('_').any(|w| {
        w.len() >= 4
            && !FOREIGN.contains(&w)
            && !matches!(
                w,
                "token"
                    | "secret"
                    | "password"
                    | "access"
                    | "private"
                    | "auth"
                    | "session"
                    | "client"
                    | "apikey"
                    | "credentials"
            )
            && package.contains(w)
    })
}

/// How many of the secrets have business at `host`: those of its provider, and, where one of them vouches for the
/// domain, those that its own service under it is named after.
fn fitting(secrets: &[String], own: &str, host: &str) -> usize {
    let provided = |secret: &String| hosts::same_provider(secret, host) || own_secret(secret, own);
    let vouched = secrets.iter().any(|secret| hosts::same_provider(secret, host));
    secrets
        .iter()
        .filter(|secret| provided(secret) || (vouched && hosts::same_service(secret, host)))
        .count()
}

/// Data goes out to a destination.
pub(crate) fn send(m: &mut Machine<'_>, a: &mut Act, dest: u32, value: &Val, at: u32, how: &str) {
    let mut t = m.deep(value);
    t = t.join(&super::secrets::env_inside(m, a, value, at, how));
    // The body of a publication, sent with a token the code went and got.
    if m.to_text(value)
        .is_some_and(|s| s.as_str().contains("\"_attachments\""))
    {
        let got = m.has(&t, Source::Secret) || m.notes_token();
        let mut found = Found::new(
            "FLO-08",
            t.clone(),
            format!("a package is written to a registry: {how}"),
        );
        found.dest = Some(dest);
        if got {
            found.aggravations.push("token".to_owned());
        }
        chain(m, a, found, at);
    }
    send_marks(m, a, dest, &t, at, how);
}

/// The same for marks already gathered.
pub(crate) fn send_marks(m: &mut Machine<'_>, a: &mut Act, dest: u32, t: &Taint, at: u32, how: &str) {
    if t.is_empty() {
        return;
    }
    let mask = m.mask(t);
    let any = |list: &[Source]| list.iter().any(|s| mask & (1 << (*s as u32)) != 0);
    if any(&[Source::KeyMaterial]) {
        let mut found = Found::new(
            "FLO-10",
            t.clone(),
            format!("key material given by the caller is sent: {how}"),
        );
        found.dest = Some(dest);
        chain(m, a, found, at);
    }
    if any(&[
        Source::Environment,
        Source::Secret,
        Source::CredentialFile,
        Source::CiInternal,
        Source::Clipboard,
        Source::Metadata,
    ]) {
        let mut found = Found::new("FLO-01", t.clone(), format!("secrets are sent: {how}"));
        found.dest = Some(dest);
        chain(m, a, found, at);
    }
    let strong = [Source::Environment, Source::CredentialFile, Source::CiInternal];
    let url = m
        .notes
        .dests
        .get(dest as usize)
        .map(|d| d.url.clone())
        .unwrap_or_default();
    if any(&strong)
        && ["api.github.com/user/repos", "api.github.com/gists", "/contents/"]
            .iter()
            .any(|p| url.contains(p))
    {
        let mut found = Found::new(
            "FLO-14",
            t.clone(),
            format!("secrets are put where everyone can read them: {how}"),
        );
        found.dest = Some(dest);
        chain(m, a, found, at);
    }
    if any(&[Source::Fingerprint]) {
        let mut found = Found::new(
            "FLO-02",
            t.clone(),
            format!("who and where this machine is gets sent: {how}"),
        );
        found.dest = Some(dest);
        chain(m, a, found, at);
    }
}
