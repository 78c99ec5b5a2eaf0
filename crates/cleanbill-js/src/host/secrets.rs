//! Which names, files and variables are secrets, and reads of the environment.
//! It says what was read, not whether it leaves.
use super::can;
use crate::ir::Name;
use crate::machine::marks::Source;
use crate::machine::value::{Taint, V, Val};
use crate::machine::{Act, Machine};
use crate::notebook::Capability;

/// Variables whose value opens somebody's account.
const SECRETS: &[&str] = &[
    "NPM_TOKEN",
    "NODE_AUTH_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITHUB_PAT",
    "GITLAB_TOKEN",
    "CI_JOB_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SESSION_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AZURE_CLIENT_SECRET",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "CLAUDE_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "HF_TOKEN",
    "DOCKER_PASSWORD",
    "DOCKER_AUTH_CONFIG",
    "VERCEL_TOKEN",
    "NETLIFY_AUTH_TOKEN",
    "CLOUDFLARE_API_TOKEN",
    "SLACK_TOKEN",
    "SLACK_BOT_TOKEN",
    "STRIPE_SECRET_KEY",
    "DATABASE_URL",
    "VAULT_TOKEN",
    "KUBECONFIG",
    "SSH_AUTH_SOCK",
    "CIRCLE_TOKEN",
    "TRAVIS_TOKEN",
    "HEROKU_API_KEY",
    "DIGITALOCEAN_TOKEN",
    "MNEMONIC",
    "PRIVATE_KEY",
];

/// What of a variable's name says secret.
const SECRET_PARTS: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "MNEMONIC",
    "CREDENTIAL",
];

/// Variables that ask the runner for an identity.
const CI_INTERNAL: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_RUNTIME_TOKEN",
];

/// True for a variable that holds a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRETS.contains(&name.as_str()) || SECRET_PARTS.iter().any(|p| name.contains(p))
}

/// True for a parameter that takes key material.
pub(crate) fn is_key_material(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "");
    [
        "mnemonic",
        "privatekey",
        "seedphrase",
        "privkey",
        "seedwords",
        "recoveryphrase",
        "walletseed",
    ]
    .iter()
    .any(|p| name.contains(p))
}

/// True for a name that means a signing key where key pairs are made, and an account's password elsewhere.
pub(crate) fn is_pair_half(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "");
    matches!(name.as_str(), "secretkey" | "seed" | "secret")
}

/// True for the name of a function that is handed key material to make something of it, as wallets call theirs: whoever
/// minifies a library must leave that name alone, whatever its parameters become.
pub(crate) fn takes_keys(name: &str) -> bool {
    const VERBS: &[&str] = &["from", "import", "restore", "recover", "unlock"];
    const KEYS: &[&str] = &["secretkey", "privatekey", "seed", "mnemonic"];
    let name = name.to_ascii_lowercase().replace('_', "");
    VERBS
        .iter()
        .filter_map(|verb| name.get(name.find(verb)? + verb.len()..))
        .any(|rest| KEYS.iter().any(|key| rest.starts_with(key)))
}

/// A name that minifiers and obfuscators give: it neither says nor denies what it stands for.
pub(crate) fn says_nothing(name: &str) -> bool {
    name.len() <= 2 || name.starts_with("_0x")
}

/// A parameter whose own name says nothing is stored under a name that says key material.
pub(crate) fn named_by_property(m: &mut Machine<'_>, property: &str, t: &Taint) {
    if t.is_empty() || !is_key_material(property) {
        return;
    }
    for id in t.ids() {
        if let Some(mark) = m.marks.get_mut(*id as usize)
            && mark.source == Source::Caller
            && mark.detail.as_deref().is_none_or(says_nothing)
        {
            mark.source = Source::KeyMaterial;
            mark.note = format!("given by the caller and kept as `{property}`");
            mark.detail = Some(property.to_owned());
        }
    }
}

/// `process.env.NAME`.
pub(crate) fn env_read(m: &mut Machine<'_>, a: &mut Act, name: &Name, at: u32) -> Val {
    can(m, a, Capability::Environment, at);
    let place = m.place(a, at);
    if CI_INTERNAL.contains(&name.as_ref()) {
        let t = m.mark(
            Source::CiInternal,
            place,
            format!("reads `{name}`, the runner's identity"),
            Some(name.to_string()),
        );
        return Val::tainted(t);
    }
    if is_secret(name) {
        let t = m.mark(
            Source::Secret,
            place,
            format!("reads the secret `{name}` of the environment"),
            Some(name.to_string()),
        );
        return Val::tainted(t);
    }
    match name.as_ref() {
        "HOME" | "USERPROFILE" => Val::hole(crate::text::HOME),
        "APPDATA" | "LOCALAPPDATA" => Val::hole(crate::text::APPDATA),
        "TEMP" | "TMP" | "TMPDIR" => Val::hole(crate::text::TMP),
        "USER" | "USERNAME" | "LOGNAME" | "HOSTNAME" | "COMPUTERNAME" | "USERDOMAIN" => {
            let t = m.mark(
                Source::Fingerprint,
                place,
                format!("reads `{name}`, who or where this machine is"),
                Some(name.to_string()),
            );
            Val::tainted(t)
        }
        "hasOwnProperty" | "toString" => Val::unknown(),
        _ => Val::unknown(),
    }
}

/// `process.env[name]` with a name that is not known.
pub(crate) fn env_vague(m: &mut Machine<'_>, a: &mut Act, key: &Val, at: u32) -> Val {
    can(m, a, Capability::Environment, at);
    // A helper that takes a name is no listing; a key that came from a listing is.
    if m.has(&key.t, Source::Environment) {
        return Val::tainted(key.t.clone());
    }
    Val::unknown()
}

/// The environment used as one value.
pub(crate) fn env_whole(m: &mut Machine<'_>, a: &Act, at: u32, how: &str) -> Taint {
    let place = m.place(a, at);
    m.mark(
        Source::Environment,
        place,
        format!("the whole environment is taken: {how}"),
        None,
    )
}

/// Marks of a value that may be the environment itself, or an object it was spread into.
pub(crate) fn env_inside(m: &mut Machine<'_>, a: &Act, value: &Val, at: u32, how: &str) -> Taint {
    env_within(m, a, value, at, how, 0)
}

fn env_within(m: &mut Machine<'_>, a: &Act, value: &Val, at: u32, how: &str, depth: u32) -> Taint {
    if depth > 4 {
        return Taint::none();
    }
    match &value.v {
        V::Host(id) if matches!(&*m.host_name(*id), "process.env" | "import.meta.env" | "Bun.env") => {
            env_whole(m, a, at, how)
        }
        V::Alt(list) => {
            let list = list.clone();
            list.iter().fold(Taint::none(), |t, v| {
                t.join(&env_within(m, a, v, at, how, depth + 1))
            })
        }
        V::Obj(obj) => {
            let Some(o) = m.get(*obj) else {
                return Taint::none();
            };
            if o.is_callable() {
                return Taint::none();
            }
            let mut inner: Vec<Val> = vec![o.rest.clone()];
            inner.extend(o.entries().take(40).filter_map(|(_, f)| match f {
                crate::machine::heap::Field::Val(v) if matches!(v.v, V::Host(_) | V::Obj(_) | V::Alt(_)) => {
                    Some(v.clone())
                }
                _ => None,
            }));
            inner.extend(o.elems.iter().take(8).cloned());
            inner.iter().fold(Taint::none(), |t, v| {
                t.join(&env_within(m, a, v, at, how, depth + 1))
            })
        }
        _ => Taint::none(),
    }
}

/// Endings of files that hold credentials, with what they hold.
const STORES: &[(&str, &str)] = &[
    (".npmrc", "registry tokens"),
    (".ssh/", "SSH keys"),
    ("id_rsa", "SSH keys"),
    ("id_ed25519", "SSH keys"),
    (".aws/credentials", "cloud keys"),
    (".aws/config", "cloud keys"),
    (".azure/", "cloud keys"),
    ("gcloud/", "cloud keys"),
    (".kube/config", "cluster keys"),
    (".docker/config.json", "image registry tokens"),
    (".netrc", "passwords"),
    (".git-credentials", "forge tokens"),
    (".config/gh/hosts.yml", "forge tokens"),
    (".bash_history", "shell history"),
    (".zsh_history", "shell history"),
    (".gnupg/", "keys"),
    (".pypirc", "registry tokens"),
    (".vault-token", "a vault token"),
    ("Login Data", "browser passwords"),
    ("Local Extension Settings", "wallet stores"),
    ("Local State", "browser keys"),
    ("key4.db", "browser keys"),
    ("logins.json", "browser passwords"),
    (".config/solana/id.json", "wallet keys"),
    ("wallet.dat", "wallet keys"),
    ("Exodus/", "wallet stores"),
    (".electrum/", "wallet stores"),
    ("keystore/", "wallet keys"),
    ("/etc/shadow", "password hashes"),
    ("Library/Keychains", "key chains"),
    (".claude/.credentials", "assistant credentials"),
    (".codex/auth.json", "assistant credentials"),
    ("User Data/Default", "browser profiles"),
    (".config/google-chrome", "browser profiles"),
    ("Firefox/Profiles", "browser profiles"),
    (".mozilla/firefox", "browser profiles"),
    ("Telegram Desktop/tdata", "messenger sessions"),
    ("discord/Local Storage", "messenger sessions"),
    ("1Password", "a password manager"),
    ("Bitwarden", "a password manager"),
    ("KeePass", "a password manager"),
];

/// What a path holds, when it is a credential store.
pub(crate) fn credential_store(path: &str) -> Option<&'static str> {
    let plain = path.replace('\\', "/");
    // Stores live in a home or a system folder, not in the package or the project.
    let package = crate::text::hole(crate::text::PACKAGE);
    if plain.contains(package) {
        return None;
    }
    let homely = plain.starts_with('~')
        || plain.starts_with(crate::text::hole(crate::text::HOME))
        || plain.starts_with(crate::text::hole(crate::text::APPDATA))
        || plain.starts_with("/home/")
        || plain.starts_with("/Users/")
        || plain.starts_with("/root/")
        || plain.starts_with("/etc/")
        || plain.contains("AppData")
        || plain.contains("Application Support");
    STORES
        .iter()
        .find(|(part, _)| {
            let generic = matches!(
                *part,
                ".npmrc"
                    | "keystore/"
                    | "1Password"
                    | "KeePass"
                    | "Bitwarden"
                    | "Local State"
                    | "logins.json"
                    | "id_rsa"
                    | "gcloud/"
            );
            plain.contains(part) && (homely || !generic && plain.chars().any(crate::text::is_hole))
        })
        .map(|(_, what)| *what)
}
