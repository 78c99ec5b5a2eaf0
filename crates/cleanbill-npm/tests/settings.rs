//! A client's settings at every level, honest and hostile.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
use cleanbill_model::PackageName;
use cleanbill_npm::{Client, ClientSettings, Level, Settings, SettingsFile, settings};

fn file(level: Level, text: &str) -> SettingsFile<'_> {
    let path = match level {
        Level::Global => "/etc/npmrc",
        Level::User => "~/.npmrc",
        Level::Project | Level::Environment => ".npmrc",
    };
    SettingsFile { level, path, text }
}

fn resolve(files: &[(Level, &str)], environment: &[(&str, &str)]) -> Settings {
    let files: Vec<_> = files.iter().map(|(level, text)| file(*level, text)).collect();
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let lookup = |name: &str| (name == "TOKEN").then(|| "from-environment".to_owned());
    Settings::resolve(&files, &environment, &lookup)
}

fn registry(settings: &Settings, name: &str) -> Option<String> {
    settings
        .registry_for(&PackageName::parse(name).unwrap())
        .map(|registry| registry.url.expose().to_owned())
}

fn header(settings: &Settings, url: &str) -> Option<String> {
    Some(settings.credential_for(url)?.authorization()?.expose().to_owned())
}

fn codes(settings: &Settings) -> Vec<&str> {
    settings.defects.iter().map(|defect| defect.code).collect()
}

#[test]
fn nothing_is_assumed() {
    let settings = resolve(&[], &[]);
    assert_eq!(registry(&settings, "left"), None);
    assert!(settings.default_registry().is_none() && settings.transport.strict_ssl);
}

#[test]
fn later_levels_win_and_scopes_have_their_own() {
    let global = "registry=https://global.example/\n@left:registry=https://global-left.example/";
    let user = "registry=https://user.example/";
    let project = "@right:registry=https://right.example/npm/";
    let settings = resolve(
        &[
            (Level::Project, project),
            (Level::Global, global),
            (Level::User, user),
        ],
        &[],
    );
    assert_eq!(registry(&settings, "a").unwrap(), "https://user.example/");
    assert_eq!(
        registry(&settings, "@left/a").unwrap(),
        "https://global-left.example/"
    );
    assert_eq!(
        registry(&settings, "@right/a").unwrap(),
        "https://right.example/npm/"
    );
    assert_eq!(registry(&settings, "@other/a").unwrap(), "https://user.example/");
    assert_eq!(
        settings.scopes().map(|(scope, _)| scope).collect::<Vec<_>>(),
        ["@left", "@right"]
    );
    let settings = resolve(
        &[(Level::User, user)],
        &[("NPM_CONFIG_REGISTRY", "https://env.example/")],
    );
    assert_eq!(registry(&settings, "a").unwrap(), "https://env.example/");
    assert_eq!(settings.default_registry().unwrap().level, Level::Environment);
    let settings = resolve(&[(Level::User, user)], &[("npm_config_registry", "")]);
    assert_eq!(registry(&settings, "a").unwrap(), "https://user.example/");
}

#[test]
fn environment_names_are_read_in_any_case_and_either_mark() {
    for (name, key) in [
        ("npm_config_userconfig", "userconfig"),
        ("NPM_CONFIG_USERCONFIG", "userconfig"),
        ("Npm_Config_Https_Proxy", "https-proxy"),
        ("npm_config_https-proxy", "https-proxy"),
        ("npm_config__auth", "_auth"),
        (
            "npm_config_//registry.example/:_authToken",
            "//registry.example/:_authToken",
        ),
    ] {
        assert_eq!(settings::environment_key(name).as_deref(), Some(key));
    }
    for name in ["npm_config_", "npm_confi", "XNPM_CONFIG_REGISTRY", "", "é"] {
        assert_eq!(settings::environment_key(name), None, "{name}");
    }
    let pairs = [("NPM_CONFIG_USERCONFIG".to_owned(), "/home/a/rc".to_owned())];
    assert_eq!(
        settings::environment_value(&pairs, "userconfig").as_deref(),
        Some("/home/a/rc")
    );
}

#[test]
fn a_token_goes_to_its_longest_binding_and_nowhere_else() {
    let user = "//registry.example/:_authToken=outer\n//registry.example/team/:_authToken=inner\n//other.example:8443/:_authToken=port";
    let settings = resolve(&[(Level::User, user)], &[]);
    assert_eq!(
        header(&settings, "https://registry.example/left").unwrap(),
        "Bearer outer"
    );
    assert_eq!(
        header(&settings, "https://registry.example/team/left").unwrap(),
        "Bearer inner"
    );
    assert_eq!(
        header(&settings, "https://registry.example/teams/left").unwrap(),
        "Bearer outer"
    );
    assert_eq!(
        header(&settings, "https://OTHER.example:8443/x").unwrap(),
        "Bearer port"
    );
    for url in [
        "https://other.example/x",
        "https://registry.example@evil.example/",
        "https://evil.example/?https://registry.example/",
        "https://registry.example.evil.example/",
        "http://registry.example/left",
        "ftp://registry.example/left",
        "file:///registry.example/left",
        "registry.example/left",
        "",
    ] {
        assert_eq!(header(&settings, url), None, "{url}");
    }
}

#[test]
fn an_address_without_tls_gets_a_token_only_where_the_user_chose_it() {
    let token = "//registry.example/:_authToken=x\n//127.0.0.1:4873/:_authToken=local\n//localhost:4873/:_authToken=local\n";
    let settings = resolve(&[(Level::User, token)], &[]);
    assert_eq!(header(&settings, "http://registry.example/"), None);
    assert!(header(&settings, "http://127.0.0.1:4873/left").is_some());
    assert!(header(&settings, "http://localhost:4873/left").is_some());
    assert_eq!(header(&settings, "http://localhost.evil.example:4873/left"), None);
    let chosen = format!("{token}registry=http://registry.example/");
    assert!(
        header(
            &resolve(&[(Level::User, &chosen)], &[]),
            "http://registry.example/left"
        )
        .is_some()
    );
    let by_project = [
        (Level::User, token),
        (Level::Project, "registry=http://registry.example/"),
    ];
    assert_eq!(
        header(&resolve(&by_project, &[]), "http://registry.example/left"),
        None
    );
}

#[test]
fn user_and_password_become_one_header() {
    let user = "//registry.example/:username=ann\n//registry.example/:_password=aHVudGVyMg==\n//b.example/:_auth=YTpi\n//c.example/:_password=aHVudGVyMg==";
    let settings = resolve(&[(Level::User, user)], &[]);
    assert_eq!(
        header(&settings, "https://registry.example/").unwrap(),
        "Basic YW5uOmh1bnRlcjI="
    );
    assert_eq!(header(&settings, "https://b.example/").unwrap(), "Basic YTpi");
    assert_eq!(header(&settings, "https://c.example/"), None);
    let broken = resolve(
        &[(
            Level::User,
            "//registry.example/:username=ann\n//registry.example/:_password=%%%",
        )],
        &[],
    );
    assert_eq!(header(&broken, "https://registry.example/"), None);
    assert_eq!(codes(&broken), ["credential-unreadable"]);
}

#[test]
fn client_certificates_are_bound_like_tokens() {
    let user = "//registry.example/:certfile=/a.pem\n//registry.example/:keyfile=/a.key";
    let settings = resolve(&[(Level::User, user)], &[]);
    let credential = settings.credential_for("https://registry.example/left").unwrap();
    assert_eq!(
        (credential.certfile.as_deref(), credential.keyfile.as_deref()),
        (Some("/a.pem"), Some("/a.key"))
    );
    assert!(credential.authorization().is_none());
}

#[test]
fn variables_are_put_in_for_the_user_and_never_for_a_project() {
    let line = "//registry.example/:_authToken=${TOKEN}";
    let user = resolve(&[(Level::User, line)], &[]);
    assert_eq!(
        header(&user, "https://registry.example/").unwrap(),
        "Bearer from-environment"
    );
    let project = resolve(&[(Level::Project, line)], &[]);
    assert_eq!(header(&project, "https://registry.example/"), None);
    assert_eq!(codes(&project), ["variable-in-project"]);
    assert_eq!(project.defects[0].place.raw(), ".npmrc line 1");
    // A variable must not leave in an address either.
    let leak = resolve(
        &[
            (Level::User, "registry=https://user.example/"),
            (Level::Project, "registry=https://evil.example/${TOKEN}/"),
        ],
        &[],
    );
    assert_eq!(registry(&leak, "left"), None);
    assert_eq!(codes(&leak), ["variable-in-project", "registry-unusable"]);
    let key = resolve(&[(Level::Project, "//${TOKEN}.evil.example/:_authToken=x")], &[]);
    assert_eq!(header(&key, "https://from-environment.evil.example/"), None);
    let unset = resolve(&[(Level::User, "//registry.example/:_authToken=${NONE}")], &[]);
    assert_eq!(header(&unset, "https://registry.example/"), None);
    assert_eq!(codes(&unset), ["variable-unset"]);
}

#[test]
fn a_project_cannot_take_the_users_secrets_along_another_line() {
    let user = "//registry.example/:_authToken=x\nregistry=https://registry.example/";
    for line in [
        "strict-ssl=false",
        "proxy=http://evil.example/",
        "https-proxy=http://evil.example/",
        "cafile=./evil.pem",
        "ca=PEM",
    ] {
        let settings = resolve(&[(Level::User, user), (Level::Project, line)], &[]);
        assert_eq!(header(&settings, "https://registry.example/left"), None, "{line}");
        assert_eq!(codes(&settings), ["line-set-by-project"]);
        let mixed = format!("{line}\n//registry.example/:certfile=./a.pem");
        let settings = resolve(&[(Level::User, user), (Level::Project, &mixed)], &[]);
        assert_eq!(header(&settings, "https://registry.example/left"), None, "{line}");
        let own = resolve(&[(Level::User, &format!("{user}\n{line}"))], &[]);
        assert!(
            header(&own, "https://registry.example/left").is_some() && own.defects.is_empty(),
            "{line}"
        );
    }
    let settings = resolve(
        &[(Level::User, user), (Level::Project, "strict-ssl=true\nproxy=")],
        &[],
    );
    assert!(header(&settings, "https://registry.example/left").is_some() && settings.defects.is_empty());
}

#[test]
fn unbound_credentials_are_told_and_not_used() {
    let settings = resolve(
        &[(
            Level::User,
            "_authToken=x\n_auth=y\n//user@registry.example/:_authToken=z",
        )],
        &[],
    );
    assert_eq!(codes(&settings), ["credential-unbound"; 3]);
    assert_eq!(header(&settings, "https://registry.example/"), None);
    let settings = resolve(&[], &[("NPM_CONFIG__AUTH", "x")]);
    assert_eq!(codes(&settings), ["credential-unbound"]);
}

#[test]
fn no_secret_shows_anywhere() {
    let user = "//registry.example/:_authToken=hunter2\n//b.example/:username=hunter2\n//b.example/:_password=hunter2\n_auth=hunter2\n\
        registry=https://a:hunter2@registry.example/\nproxy=http://a:hunter2@proxy.example/\n//x@y/:_authToken=hunter2";
    let project = "//registry.example/:_authToken=hunter2${TOKEN}\nregistry=hunter2://a";
    let settings = resolve(
        &[(Level::User, user), (Level::Project, project)],
        &[("npm_config_//c.example/:_authToken", "hunter2")],
    );
    assert!(header(&settings, "https://c.example/").is_some());
    let shown = format!("{settings:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("from-environment"),
        "{shown}"
    );
}

#[test]
fn registries_that_cannot_be_asked_do_not_fall_through() {
    for value in [
        "registry.example",
        "file:///etc",
        "javascript:x",
        "https://",
        "${TOKEN}",
    ] {
        let line = format!("@left:registry={value}");
        let settings = resolve(
            &[
                (Level::User, "registry=https://user.example/"),
                (Level::Project, &line),
            ],
            &[],
        );
        assert_eq!(registry(&settings, "@left/a"), None, "{value}");
        assert_eq!(registry(&settings, "a").unwrap(), "https://user.example/");
    }
}

#[test]
fn proxies_come_from_settings_before_the_environment() {
    let environment = [
        ("HTTPS_PROXY", "http://env.example:1/"),
        ("no_proxy", "a.example, .b.example"),
    ];
    let settings = resolve(
        &[(Level::User, "https-proxy=http://own.example:2/")],
        &environment,
    );
    assert_eq!(
        settings.transport.https_proxy.as_ref().unwrap().expose(),
        "http://own.example:2/"
    );
    assert_eq!(settings.transport.no_proxy, ["a.example", ".b.example"]);
    let settings = resolve(&[], &environment);
    assert_eq!(
        settings.transport.https_proxy.as_ref().unwrap().expose(),
        "http://env.example:1/"
    );
    assert!(settings.transport.proxy.is_none());
    let settings = resolve(
        &[(Level::User, "proxy=http://own.example:2/")],
        &[("npm_config_https_proxy", "http://last.example/")],
    );
    assert_eq!(
        settings.transport.https_proxy.as_ref().unwrap().expose(),
        "http://last.example/"
    );
}

#[test]
fn certificates_are_lists_and_paths() {
    let user = "ca[]=\"-----BEGIN\\none\"\nca[]=two\ncafile=/etc/ca.pem\nstrict-ssl=false";
    let settings = resolve(&[(Level::Global, "ca=old"), (Level::User, user)], &[]);
    assert_eq!(settings.transport.ca, ["-----BEGIN\none", "two"]);
    assert_eq!(settings.transport.cafile.as_deref(), Some("/etc/ca.pem"));
    assert!(!settings.transport.strict_ssl);
}

#[test]
fn npms_rules_are_shown() {
    let settings = resolve(
        &[(Level::Project, "min-release-age=7\nignore-scripts\nfund=false")],
        &[("npm_config_before", "2026-01-01")],
    );
    let rules: Vec<_> = settings
        .rules
        .iter()
        .map(|rule| (rule.key.as_str(), rule.value.raw(), rule.file.as_str()))
        .collect();
    assert_eq!(
        rules,
        [
            ("min-release-age", "7", ".npmrc"),
            ("ignore-scripts", "true", ".npmrc"),
            ("before", "2026-01-01", "npm_config_before")
        ]
    );
}

fn shown(settings: &ClientSettings) -> Vec<String> {
    settings
        .settings
        .iter()
        .map(|one| format!("{} {}={}", one.client, one.key, one.value.raw()))
        .collect()
}

#[test]
fn other_clients_rules_are_shown() {
    let mut settings = ClientSettings::default();
    settings.add_yarnrc(
        "npmRegistryServer: 'https://user:hunter2@registry.example/'\nnpmMinimalAgeGate: 1d\nenableScripts: false\nnpmScopes:\n  left:\n    npmRegistryServer: https://left.example\n    npmAuthToken: hunter2\n",
        ".yarnrc.yml",
    );
    settings.add_pnpm_workspace(
        "packages:\n  - 'a/*'\nminimumReleaseAge: 1440\nminimumReleaseAgeExclude:\n  - left\n  - '@own/*'\nonlyBuiltDependencies: [esbuild]\nallowBuilds:\n  sharp: true\n",
        "pnpm-workspace.yaml",
    );
    settings.add_bunfig(
        "[install]\nregistry = { url = \"https://registry.example/\", token = \"hunter2\" }\nminimumReleaseAge = 259200\n[install.scopes]\nleft = \"https://left.example/\"\n",
        "bunfig.toml",
    );
    settings.add_manifest(
        r#"{"trustedDependencies":["esbuild"],"pnpm":{"onlyBuiltDependencies":["sharp"]}}"#,
        "package.json",
    );
    assert_eq!(settings.defects, []);
    assert_eq!(
        shown(&settings),
        [
            "Yarn npmRegistryServer=https://…@registry.example/",
            "Yarn npmScopes.left.npmRegistryServer=https://left.example",
            "Yarn npmMinimalAgeGate=1d",
            "Yarn enableScripts=false",
            "pnpm minimumReleaseAge=1440",
            "pnpm minimumReleaseAgeExclude=left, @own/*",
            "pnpm onlyBuiltDependencies=esbuild",
            "pnpm allowBuilds=sharp: true",
            "Bun install.registry=https://registry.example/",
            "Bun install.scopes.left=https://left.example/",
            "Bun install.minimumReleaseAge=259200",
            "Bun trustedDependencies=esbuild",
            "pnpm pnpm.onlyBuiltDependencies=sharp",
        ]
    );
    assert_eq!(settings.settings[0].client, Client::Yarn);
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn broken_files_are_told_and_spoil_nothing() {
    let mut settings = ClientSettings::default();
    settings.add_yarnrc("a: [", ".yarnrc.yml");
    settings.add_bunfig("= x", "bunfig.toml");
    settings.add_manifest("{", "package.json");
    settings.add_pnpm_workspace("", "pnpm-workspace.yaml");
    settings.add_yarnrc(&" ".repeat(2 * 1024 * 1024), ".yarnrc.yml");
    settings.add_yarnrc(
        "enableScripts: [[1]]\nnpmRegistryServer: 5\nnpmScopes: 3",
        ".yarnrc.yml",
    );
    settings.add_manifest(
        &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        "package.json",
    );
    settings.add_yarnrc(&"- ".repeat(100_000), ".yarnrc.yml");
    settings.add_yarnrc(&format!("a: {}", "[".repeat(100_000)), ".yarnrc.yml");
    settings.add_bunfig(&format!("a = {}", "[".repeat(100_000)), "bunfig.toml");
    let codes: Vec<_> = settings.defects.iter().map(|defect| defect.code).collect();
    let unreadable = "settings-unreadable";
    assert_eq!(
        codes,
        [
            unreadable,
            unreadable,
            unreadable,
            "limit-settings-bytes",
            "wrong-type",
            "wrong-type",
            unreadable,
            unreadable,
            unreadable,
            unreadable
        ]
    );
    assert!(settings.settings.is_empty());
}

#[test]
fn a_yaml_alias_bomb_ends_soon() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let inner = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            inner.trim_end_matches(", ")
        ));
    }
    let mut settings = ClientSettings::default();
    settings.add_yarnrc(&text, ".yarnrc.yml");
    assert_eq!(settings.defects.len(), 1);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_settings_are_read_and_no_token_leaves_its_host(
            user in "(?s).{0,80}", project in "(//[a-z./@:]{0,20}:_authToken=[a-z$\\{}]{0,8}|[a-z-]{1,10}=[a-z:/.]{0,20}|\n){0,6}", url in "https?://[a-z.@:/\\\\]{0,30}",
        ) {
            let bound = format!("//registry.example/:_authToken=secret\n{user}");
            let settings = resolve(&[(Level::User, &bound), (Level::Project, &project)], &[]);
            if header(&settings, &url).is_some_and(|header| header.contains("secret")) {
                let url = url::Url::parse(&url).unwrap();
                prop_assert_eq!(url.host_str(), Some("registry.example"));
                prop_assert_eq!(url.scheme(), "https");
            }
        }

        #[test]
        fn any_client_file_is_read(text in "(?s).{0,200}") {
            let mut settings = ClientSettings::default();
            settings.add_yarnrc(&text, "f");
            settings.add_bunfig(&text, "f");
            settings.add_manifest(&text, "f");
        }
    }
}
