//! Destinations by class: whose host it is, by mechanism and not by trust in a name.
//! Reserved hosts are unknown like any other; registries are told by the caller, none is written here.
use serde::{Deserialize, Serialize};

use crate::package::Indexed;

/// Whose host a destination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostClass {
    /// Seen in trusted older releases.
    Own,
    /// Named by the manifest as home; a claim.
    Claimed,
    /// Loopback, link-local without metadata, private.
    Local,
    /// The registry in use.
    Registry,
    /// Forge releases, cloud interfaces, model providers, telemetry services.
    Platform,
    /// Given by the caller, the configuration, or not found out.
    Unresolved,
    /// Nobody we know.
    Unknown,
    /// Anyone may post there: pastes, webhooks, tunnels, free hosting, shorteners, raw forge content.
    Abused,
    /// Made to catch callbacks.
    Catcher,
    /// A bare public address.
    RawIp,
    /// The metadata service of a cloud.
    Metadata,
}

impl HostClass {
    /// Data has no business going there.
    #[must_use]
    pub fn is_abnormal(self) -> bool {
        matches!(self, Self::Unknown | Self::Abused | Self::Catcher | Self::RawIp)
    }

    /// Anyone at all may stand behind it.
    #[must_use]
    pub fn is_shady(self) -> bool {
        matches!(self, Self::Abused | Self::Catcher | Self::RawIp)
    }

    /// The word for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Own => "a host this package has long used",
            Self::Claimed => "a host its manifest names as home",
            Self::Local => "this machine or its network",
            Self::Registry => "the registry",
            Self::Platform => "a public platform",
            Self::Unresolved => "a host that is not written in the code",
            Self::Unknown => "a host nothing else in the package names",
            Self::Abused => "a service where anyone can collect data",
            Self::Catcher => "a service made to catch callbacks",
            Self::RawIp => "a bare public address",
            Self::Metadata => "the metadata service of a cloud",
        }
    }
}

const CATCHERS: &[&str] = &[
    "oastify.com",
    "burpcollaborator.net",
    "interact.sh",
    "interactsh.com",
    "oast.fun",
    "oast.live",
    "oast.me",
    "oast.online",
    "oast.pro",
    "oast.site",
    "webhook.site",
    "pipedream.net",
    "requestcatcher.com",
    "beeceptor.com",
    "canarytokens.com",
    "canarytokens.org",
    "dnslog.cn",
    "ceye.io",
    "requestrepo.com",
    "requestbin.net",
    "requestbin.com",
    "hookbin.com",
    "bxss.me",
    "xss.ht",
    "eyes.sh",
];

const ABUSED: &[&str] = &[
    "discord.com",
    "discordapp.com",
    "api.telegram.org",
    "hooks.slack.com",
    "pastebin.com",
    "paste.ee",
    "pastebin.pl",
    "hastebin.com",
    "rentry.co",
    "rentry.org",
    "dpaste.com",
    "dpaste.org",
    "ghostbin.com",
    "controlc.com",
    "transfer.sh",
    "file.io",
    "0x0.st",
    "gofile.io",
    "catbox.moe",
    "bashupload.com",
    "temp.sh",
    "tmpfiles.org",
    "anonfiles.com",
    "ngrok.io",
    "ngrok.app",
    "ngrok-free.app",
    "trycloudflare.com",
    "serveo.net",
    "loca.lt",
    "localhost.run",
    "ipfs.io",
    "dweb.link",
    "workers.dev",
    "pages.dev",
    "vercel.app",
    "netlify.app",
    "herokuapp.com",
    "glitch.me",
    "repl.co",
    "replit.dev",
    "replit.app",
    "onrender.com",
    "web.app",
    "firebaseapp.com",
    "firebaseio.com",
    "railway.app",
    "fly.dev",
    "surge.sh",
    "bit.ly",
    "tinyurl.com",
    "is.gd",
    "cutt.ly",
    "script.google.com",
    "script.googleusercontent.com",
    "jsonkeeper.com",
    "npoint.io",
    "jsonbin.io",
    "raw.githubusercontent.com",
    "gist.githubusercontent.com",
    "gist.github.com",
    "lambda-url.on.aws",
    "mockapi.io",
];

const PLATFORMS: &[&str] = &[
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "nodejs.org",
    "amazonaws.com",
    "azure.com",
    "windows.net",
    "microsoft.com",
    "microsoftonline.com",
    "googleapis.com",
    "google.com",
    "gstatic.com",
    "cloudflare.com",
    "openai.com",
    "anthropic.com",
    "claude.ai",
    "mistral.ai",
    "cohere.ai",
    "cohere.com",
    "openrouter.ai",
    "huggingface.co",
    "groq.com",
    "deepseek.com",
    "x.ai",
    "replicate.com",
    "together.xyz",
    "perplexity.ai",
    "sentry.io",
    "posthog.com",
    "segment.io",
    "segment.com",
    "mixpanel.com",
    "amplitude.com",
    "datadoghq.com",
    "honeycomb.io",
    "newrelic.com",
    "bugsnag.com",
    "rollbar.com",
    "logrocket.com",
    "launchdarkly.com",
    "statsig.com",
    "google-analytics.com",
    "googletagmanager.com",
    "applicationinsights.azure.com",
    "jsdelivr.net",
    "unpkg.com",
    "cdnjs.com",
    "bun.sh",
    "deno.land",
    "deno.com",
    "electronjs.org",
    "docker.com",
    "docker.io",
    "stripe.com",
    "twilio.com",
    "sendgrid.com",
    "mailgun.net",
    "paypal.com",
    "shopify.com",
    "facebook.com",
    "twitter.com",
    "x.com",
    "linkedin.com",
    "slack.com",
    "atlassian.net",
    "infura.io",
    "alchemy.com",
    "etherscan.io",
    "w3.org",
];

const TWO_PART: &[&str] = &["co", "com", "org", "net", "gov", "ac", "edu", "or", "ne"];

/// The host of a URL, lower case; `None` where there is none or it is not wholly known.
#[must_use]
pub fn host_of(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.strip_prefix("git+").unwrap_or(url);
    let (_, rest) = rest
        .split_once("://")
        .or_else(|| rest.strip_prefix("//").map(|r| ("", r)))?;
    let host = rest.split(['/', '?', '#', '\\']).next()?;
    let host = host.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    let known = !host.is_empty()
        && !host
            .chars()
            .any(|c| crate::text::is_hole(c) || c.is_whitespace() || c == '$' || c == '{');
    known.then(|| host.to_ascii_lowercase())
}

fn within(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|h| h.ends_with('.'))
}

/// The part of a host that is bought as one.
#[must_use]
pub fn registrable(host: &str) -> &str {
    let dots: Vec<usize> = host.rmatch_indices('.').map(|(ix, _)| ix).collect();
    let labels: Vec<&str> = host.rsplit('.').take(3).collect();
    let deep = labels.first().is_some_and(|tld| tld.len() == 2)
        && labels.get(1).is_some_and(|l| TWO_PART.contains(l));
    let cut = if deep { dots.get(2) } else { dots.get(1) };
    cut.and_then(|ix| host.get(ix + 1..)).unwrap_or(host)
}

/// The class of a URL's or bare host's destination.
pub(crate) fn classify(pkg: &Indexed<'_>, url: &str) -> (HostClass, Option<String>) {
    let Some(host) = host_of(url).or_else(|| bare(url)) else {
        return (HostClass::Unresolved, None);
    };
    let class = class_of(pkg, &host, url);
    (class, Some(host))
}

fn bare(text: &str) -> Option<String> {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_'));
    (plain && (text.contains('.') || text == "localhost" || text.contains("::"))).then(|| {
        let host = if text.contains("::") {
            text
        } else {
            text.split(':').next().unwrap_or(text)
        };
        host.to_ascii_lowercase()
    })
}

fn class_of(pkg: &Indexed<'_>, host: &str, url: &str) -> HostClass {
    if let Ok(ip) = host.parse::<std::net::IpAddr>() {
        return match ip {
            std::net::IpAddr::V4(v4)
                if v4.octets() == [169, 254, 169, 254] || v4.octets() == [169, 254, 170, 2] =>
            {
                HostClass::Metadata
            }
            std::net::IpAddr::V4(v4)
                if v4.is_loopback()
                    || v4.is_private()
                    || v4.is_link_local()
                    || v4.is_unspecified()
                    || v4.is_broadcast()
                    || v4.is_multicast() =>
            {
                HostClass::Local
            }
            std::net::IpAddr::V6(v6)
                if v6.is_loopback()
                    || v6.is_unspecified()
                    || (v6.segments().first().copied().unwrap_or(0) & 0xfe00) == 0xfc00 =>
            {
                HostClass::Local
            }
            _ => HostClass::RawIp,
        };
    }
    // `0x7f…` and plain numbers are addresses as well.
    if host.chars().all(|c| c.is_ascii_digit()) || host.starts_with("0x") {
        return HostClass::RawIp;
    }
    if host == "localhost"
        || host.ends_with(".localhost")
        || host.ends_with(".local")
        || host.ends_with(".internal")
        || !host.contains('.')
    {
        return if host == "metadata.google.internal" {
            HostClass::Metadata
        } else {
            HostClass::Local
        };
    }
    let context = pkg.context;
    if context.registry_hosts.iter().any(|h| within(host, h)) {
        return HostClass::Registry;
    }
    if CATCHERS.iter().any(|d| within(host, d)) {
        return HostClass::Catcher;
    }
    let known = context
        .known_hosts
        .iter()
        .any(|h| h == host || registrable(h) == registrable(host));
    if ABUSED.iter().any(|d| within(host, d)) {
        // A webhook is a collection point; the same platform's pages are not.
        let chat = within(host, "discord.com") || within(host, "discordapp.com");
        return if chat && !url.contains("webhook") {
            HostClass::Platform
        } else {
            HostClass::Abused
        };
    }
    if (within(host, "amazonaws.com") && (host.contains("s3") || host.contains("execute-api")))
        || (within(host, "github.com") && url.contains("/raw/"))
    {
        return if known { HostClass::Own } else { HostClass::Abused };
    }
    if known {
        return HostClass::Own;
    }
    if PLATFORMS.iter().any(|d| within(host, d)) {
        return HostClass::Platform;
    }
    let home = registrable(host);
    if pkg.manifest.hosts.iter().any(|h| registrable(h) == home) {
        return HostClass::Claimed;
    }
    // A scope is owned by somebody; a domain of its name is a claim of the same strength.
    if let Some(scope) = pkg
        .manifest
        .name
        .as_deref()
        .and_then(|n| n.strip_prefix('@'))
        .and_then(|n| n.split('/').next())
        && scope.len() >= 4
        && home.split('.').next() == Some(scope)
    {
        return HostClass::Claimed;
    }
    HostClass::Unknown
}

/// Words of secrets' names that name no provider.
const PLAIN: &[&str] = &[
    "token",
    "secret",
    "key",
    "api",
    "auth",
    "access",
    "password",
    "pass",
    "url",
    "id",
    "private",
    "client",
    "user",
    "credentials",
    "session",
    "service",
    "account",
    "app",
    "admin",
    "public",
    "node",
    "npm",
];

/// True when a secret's name and a host share the provider's word: `ACME_TOKEN` and `api.acme.example`.
#[must_use]
pub fn same_provider(secret: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    named_in(secret, registrable(&host)) || (secret.starts_with("GH_") && within(&host, "github.com"))
}

/// True when a secret is named after the service that the whole host stands for. The owner of a domain names what is
/// under it as he likes, so this says nothing until something else vouches for the domain.
#[must_use]
pub(crate) fn same_service(secret: &str, host: &str) -> bool {
    named_in(secret, &host.to_ascii_lowercase())
}

fn named_in(secret: &str, place: &str) -> bool {
    secret
        .to_ascii_lowercase()
        .split('_')
        .any(|word| word.len() >= 3 && !PLAIN.contains(&word) && place.contains(word))
}

/// The hosts known to hold values for whoever asks: pastes, gists, chains' RPC interfaces.
pub(crate) fn is_dead_drop(url: &str) -> bool {
    const DROPS: &[&str] = &[
        "pastebin",
        "paste.ee",
        "rentry.",
        "hastebin",
        "dpaste",
        "ghostbin",
        "gist.github",
        "api.github.com/gists",
        "api.github.com/search",
        "raw.githubusercontent",
        "ipfs",
        "trongrid.io",
        "aptoslabs.com",
        "bsc-dataseed",
        "mainnet.solana",
        "rpc.ankr.com",
        "jsonkeeper",
        "npoint.io",
        "jsonbin.io",
        "calendar.app.google",
        "script.google.com",
        "api.telegram.org",
    ];
    DROPS.iter().any(|d| url.contains(d))
}
