//! The invented machine of a persona: its files and variables, with canaries where secrets would be.
//! It invents; nothing of the real machine is read for it.

use std::collections::BTreeMap;

use crate::{
    canary::Canaries,
    input::RehearsalInput,
    persona::Persona,
    tree::{Tree, normalise},
};

/// Where the package stands inside the project that installs it.
pub(crate) fn package_root(persona: Persona, name: &str) -> String {
    let safe: String = name
        .chars()
        .filter(|letter| !letter.is_control())
        .take(214)
        .collect();
    let root = normalise(&persona.project(), "/");
    // A name with dots in it must not climb out of `node_modules`.
    let path = normalise(&format!("{root}/node_modules/{safe}"), "/");
    if path.starts_with(&format!("{root}/node_modules/")) {
        path
    } else {
        format!("{root}/node_modules/package")
    }
}

/// Plants the machine's files.
pub(crate) fn furnish(tree: &mut Tree, persona: Persona, canaries: &Canaries, input: &RehearsalInput) {
    let home = normalise(&persona.home(), "/");
    let core = |name: &str| canaries.core(name);
    let mut plant = |path: &str, text: String| tree.plant(&format!("{home}/{path}"), text.into_bytes());
    plant(
        ".npmrc",
        format!(
            "//registry.example/:_authToken=npm_{}\nsave-exact=true\nregistry=https://registry.example/\n",
            core("npm token")
        ),
    );
    plant(
        ".yarnrc.yml",
        format!("npmAuthToken: npm_{}\n", core("npm token")),
    );
    let key = core("ssh private key");
    let armour = |head: &str| format!("-----{head} OPENSSH PRIVATE KEY-----\n");
    plant(
        ".ssh/id_rsa",
        format!(
            "{}b3BlbnNzaC1rZXktdjEA{key}\nAAAABG5vbmU=\n{}",
            armour("BEGIN"),
            armour("END")
        ),
    );
    plant(
        ".ssh/id_ed25519",
        format!("{}b3BlbnNzaC1rZXktdjEB{key}\n{}", armour("BEGIN"), armour("END")),
    );
    plant(".ssh/id_rsa.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB\n".to_owned());
    plant(
        ".ssh/known_hosts",
        "forge.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n".to_owned(),
    );
    plant(".ssh/config", "Host build\n  HostName build.example\n".to_owned());
    plant(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = AKIA{}\naws_secret_access_key = {}\n",
            core("aws access key"),
            core("aws secret key")
        ),
    );
    plant(".aws/config", "[default]\nregion = eu-central-1\n".to_owned());
    plant(
        ".config/gcloud/application_default_credentials.json",
        format!(
            "{{\"type\":\"authorized_user\",\"refresh_token\":\"1//{}\"}}",
            core("gcloud credential")
        ),
    );
    plant(
        ".azure/accessTokens.json",
        format!("[{{\"accessToken\":\"{}\"}}]", core("gcloud credential")),
    );
    plant(
        ".kube/config",
        format!(
            "users:\n- name: dev\n  user:\n    token: {}\n",
            core("kubernetes token")
        ),
    );
    plant(
        ".docker/config.json",
        format!(
            "{{\"auths\":{{\"images.example\":{{\"auth\":\"{}\"}}}}}}",
            core("docker login")
        ),
    );
    plant(
        ".netrc",
        format!(
            "machine forge.example login dev password {}\n",
            core("git credential")
        ),
    );
    plant(
        ".git-credentials",
        format!("https://dev:{}@forge.example\n", core("git credential")),
    );
    plant(
        ".gitconfig",
        "[user]\n\tname = M Kesler\n\temail = m@kestrel.example\n".to_owned(),
    );
    plant(
        ".config/gh/hosts.yml",
        format!(
            "github.com:\n    user: mkesler47\n    oauth_token: gho_{}\n",
            core("github token")
        ),
    );
    plant(
        ".bash_history",
        format!("export DEPLOY_KEY={}\ngit status\n", core("shell history")),
    );
    plant(
        ".zsh_history",
        format!(": 1:0;export DEPLOY_KEY={}\n", core("shell history")),
    );
    for rc in [".bashrc", ".zshrc", ".profile", ".bash_profile"] {
        plant(rc, "export EDITOR=vi\n".to_owned());
    }
    plant(
        ".claude.json",
        format!(
            "{{\"oauthAccount\":{{\"accessToken\":\"sk-{}\"}}}}",
            core("agent login")
        ),
    );
    plant(".claude/settings.json", "{}\n".to_owned());
    plant(
        ".claude/.credentials.json",
        format!("{{\"token\":\"sk-{}\"}}", core("agent login")),
    );
    plant(
        ".codex/auth.json",
        format!("{{\"OPENAI_API_KEY\":\"sk-{}\"}}", core("agent login")),
    );
    plant(
        ".gemini/oauth_creds.json",
        format!("{{\"access_token\":\"{}\"}}", core("agent login")),
    );
    plant(".cursor/mcp.json", "{\"mcpServers\":{}}\n".to_owned());
    plant(
        ".config/solana/id.json",
        format!("\"{}\"", core("wallet keystore")),
    );
    plant(
        ".ethereum/keystore/UTC--2026--a1",
        format!("{{\"crypto\":\"{}\"}}", core("wallet keystore")),
    );
    plant(".electrum/wallets/default_wallet", core("wallet keystore"));
    let browser = match persona {
        Persona::WindowsDeveloper => "AppData/Local/Google/Chrome/User Data",
        Persona::MacDeveloper => "Library/Application Support/Google/Chrome",
        _ => ".config/google-chrome",
    };
    plant(
        &format!("{browser}/Local State"),
        "{\"os_crypt\":{\"encrypted_key\":\"RFBBUEk=\"}}".to_owned(),
    );
    plant(
        &format!("{browser}/Default/Login Data"),
        format!("SQLite format 3\0 {}", core("browser logins")),
    );
    plant(
        &format!("{browser}/Default/Cookies"),
        format!("SQLite format 3\0 {}", core("browser cookies")),
    );
    plant(
        &format!("{browser}/Default/Local Extension Settings/nkbihfbeogaeaoehlefnkodbefgpgknn/000003.log"),
        format!("vault {}", core("wallet keystore")),
    );
    plant(
        ".mozilla/firefox/a1.default/logins.json",
        format!("{{\"p\":\"{}\"}}", core("browser logins")),
    );

    let project = normalise(&persona.project(), "/");
    let mut plant = |path: String, text: String| tree.plant(&path, text.into_bytes());
    plant(
        format!("{project}/.env"),
        format!(
            "DATABASE_URL=postgres://app:{}@db.example/app\n",
            core("project secret")
        ),
    );
    plant(
        format!("{project}/.npmrc"),
        format!("//registry.example/:_authToken=npm_{}\n", core("npm token")),
    );
    plant(
        format!("{project}/wallet.json"),
        format!("{{\"mnemonic\":\"{}\"}}", core("wallet phrase")),
    );
    plant(
        format!("{project}/package.json"),
        "{\n  \"name\": \"storefront\",\n  \"version\": \"3.1.4\",\n  \"scripts\": {\"build\": \"node build.js\"},\n  \"dependencies\": {}\n}\n".to_owned(),
    );
    plant(format!("{project}/index.js"), "module.exports = 1;\n".to_owned());
    plant(
        format!("{project}/.git/config"),
        "[core]\n\tbare = false\n".to_owned(),
    );
    plant(
        format!("{project}/.git/HEAD"),
        "ref: refs/heads/main\n".to_owned(),
    );
    if persona != Persona::WindowsDeveloper {
        plant("/etc/passwd".to_owned(), "root:x:0:0::/root:/bin/sh\n".to_owned());
        plant("/etc/hosts".to_owned(), "127.0.0.1 localhost\n".to_owned());
        plant(
            "/etc/os-release".to_owned(),
            "ID=debian\nVERSION_ID=\"12\"\n".to_owned(),
        );
        plant(
            "/etc/resolv.conf".to_owned(),
            "nameserver 192.0.2.53\n".to_owned(),
        );
        plant("/proc/1/cgroup".to_owned(), "0::/init.scope\n".to_owned());
        plant(
            "/proc/self/status".to_owned(),
            "Name:\tnode\nTracerPid:\t0\n".to_owned(),
        );
        plant(
            "/proc/version".to_owned(),
            "Linux version 6.1.0-18-amd64 (gcc 12)\n".to_owned(),
        );
    }
    if persona.is_ci() {
        plant(
            "/proc/2231/environ".to_owned(),
            format!("GITHUB_TOKEN=ghs_{}\0", core("github environment token")),
        );
        plant(
            "/proc/2231/cmdline".to_owned(),
            "Runner.Worker\0spawnclient\0".to_owned(),
        );
    }
    tree.folder(normalise(&persona.temp(), "/"));

    let root = package_root(persona, &input.name);
    tree.folder(root.clone());
    for (path, bytes) in &input.files {
        tree.plant(&normalise(path, &root), bytes.clone());
    }
    if !input.manifest.is_empty() {
        tree.plant(
            &format!("{root}/package.json"),
            input.manifest.clone().into_bytes(),
        );
    }
    for dependency in &input.dependencies {
        let folder = package_root(persona, &dependency.name);
        for (path, bytes) in &dependency.files {
            tree.plant(&normalise(path, &folder), bytes.clone());
        }
    }
}

/// The variables of the environment.
pub(crate) fn environment(
    persona: Persona,
    canaries: &Canaries,
    input: &RehearsalInput,
    script: Option<&str>,
) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);
    let language = persona.locale().replace('-', "_");
    if persona == Persona::WindowsDeveloper {
        set("USERPROFILE", persona.home());
        set("APPDATA", format!("{}\\AppData\\Roaming", persona.home()));
        set("LOCALAPPDATA", format!("{}\\AppData\\Local", persona.home()));
        set("PROGRAMDATA", "C:\\ProgramData".to_owned());
        set("TEMP", persona.temp());
        set("USERNAME", persona.user().to_owned());
        set("COMPUTERNAME", persona.hostname().to_owned());
        set("SystemRoot", "C:\\Windows".to_owned());
        set("ComSpec", "C:\\Windows\\system32\\cmd.exe".to_owned());
        set("OS", "Windows_NT".to_owned());
        set(
            "PATH",
            "C:\\Windows\\system32;C:\\Program Files\\nodejs".to_owned(),
        );
    } else {
        set("HOME", persona.home());
        set("USER", persona.user().to_owned());
        set("LOGNAME", persona.user().to_owned());
        set("SHELL", "/bin/bash".to_owned());
        set("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned());
        set("PWD", persona.project());
        set("LANG", format!("{language}.UTF-8"));
        set("TERM", "xterm-256color".to_owned());
    }
    set(
        "NPM_TOKEN",
        format!("npm_{}", canaries.core("npm environment token")),
    );
    set(
        "NODE_AUTH_TOKEN",
        format!("npm_{}", canaries.core("npm environment token")),
    );
    set(
        "GITHUB_TOKEN",
        format!("ghp_{}", canaries.core("github environment token")),
    );
    set(
        "GH_TOKEN",
        format!("ghp_{}", canaries.core("github environment token")),
    );
    set(
        "AWS_ACCESS_KEY_ID",
        format!("AKIA{}", canaries.core("aws access key")),
    );
    set("AWS_SECRET_ACCESS_KEY", canaries.core("aws environment secret"));
    set(
        "OPENAI_API_KEY",
        format!("sk-{}", canaries.core("model provider key")),
    );
    set(
        "ANTHROPIC_API_KEY",
        format!("sk-{}", canaries.core("model provider key")),
    );
    set(
        "DATABASE_URL",
        format!(
            "postgres://app:{}@db.example/app",
            canaries.core("project secret")
        ),
    );
    set("PRIVATE_KEY", format!("0x{}", canaries.core("wallet keystore")));
    set("MNEMONIC", canaries.core("wallet phrase"));
    set("TZ", persona.time_zone().0.to_owned());
    if persona.is_ci() {
        for (name, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "kestrel/storefront"),
            ("GITHUB_WORKFLOW", "release"),
            ("GITHUB_ACTOR", "mkesler47"),
            ("GITHUB_REF", "refs/heads/main"),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_NAME", "Hosted 7"),
            ("RUNNER_ENVIRONMENT", "github-hosted"),
            ("GITHUB_WORKSPACE", "/home/runner/work/storefront/storefront"),
        ] {
            set(name, value.to_owned());
        }
        set(
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            canaries.core("ci identity token"),
        );
        set(
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "https://token.forge.example/id".to_owned(),
        );
    }
    if let Some(script) = script {
        set("npm_lifecycle_event", script.to_owned());
        set("npm_package_name", input.name.clone());
        set("npm_package_version", input.version.clone());
        set(
            "npm_config_user_agent",
            format!(
                "npm/10.9.2 node/v22.14.0 {} x64 workspaces/false",
                persona.platform()
            ),
        );
        set("npm_config_registry", "https://registry.example/".to_owned());
        set(
            "npm_execpath",
            "/usr/local/lib/node_modules/npm/bin/npm-cli.js".to_owned(),
        );
        set("npm_node_execpath", "/usr/local/bin/node".to_owned());
        set("npm_command", "install".to_owned());
        set("INIT_CWD", persona.project());
        set("NODE", "/usr/local/bin/node".to_owned());
    }
    env
}

/// Whether a variable of this name would hold a secret on a real machine.
pub(crate) fn is_secret_variable(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    [
        "TOKEN",
        "SECRET",
        "PASSW",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
        "MNEMONIC",
        "CREDENTIAL",
    ]
    .iter()
    .any(|part| upper.contains(part))
}
