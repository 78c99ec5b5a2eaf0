//! Addresses: where a packument lives, what an origin is, where a redirect may lead.
//! It asks nobody and knows no credentials.
use cleanbill_model::{PackageName, SafeUrl};
use url::{Host, Url};

/// The address of `name`'s packument below `base`; the slash of a scope is escaped.
pub(crate) fn packument_url(base: &SafeUrl, name: &PackageName) -> SafeUrl {
    let base = base.expose().trim_end_matches('/');
    SafeUrl::new(format!("{base}/{}", name.as_str().replace('/', "%2f")))
}

/// Host, and port where it is not the scheme's own.
pub(crate) fn host_of(base: &SafeUrl) -> Option<String> {
    let url = Url::parse(base.expose()).ok()?;
    let host = url.host_str()?;
    Some(
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}

/// Why an address is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unreadable,
    Scheme,
    Downgrade,
    Inward,
}

impl Refusal {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "the address cannot be read",
            Self::Scheme => "the address is neither http nor https",
            Self::Downgrade => "it redirects from https to http",
            Self::Inward => "a public registry points into a private network",
        }
    }
}

/// Reads an address that is to be asked over the network.
pub(crate) fn readable(url: &str) -> Result<Url, Refusal> {
    let url = Url::parse(url).map_err(|_| Refusal::Unreadable)?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        "http" | "https" => Err(Refusal::Unreadable),
        _ => Err(Refusal::Scheme),
    }
}

/// Where `location` leads from `from`, unless it goes from https to http.
pub(crate) fn redirected(from: &Url, location: &str) -> Result<Url, Refusal> {
    let to = from.join(location).map_err(|_| Refusal::Unreadable)?;
    let to = readable(to.as_str())?;
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(Refusal::Downgrade);
    }
    Ok(to)
}

/// Refuses an address in a private network, unless the registry in `home` has one too. Addresses come
/// from documents and redirects, and a document must not make us knock on doors inside.
pub(crate) fn not_inward(url: &Url, home: Option<&Url>) -> Result<(), Refusal> {
    if is_inward(url) && !home.is_some_and(is_inward) {
        Err(Refusal::Inward)
    } else {
        Ok(())
    }
}

/// True for literal addresses of this machine and of private networks, and for `localhost`.
fn is_inward(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_inward_v4(ip),
        Some(Host::Ipv6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => is_inward_v4(ip),
            None => {
                ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
            }
        },
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

fn is_inward_v4(ip: std::net::Ipv4Addr) -> bool {
    let shared =
        ip.octets().first() == Some(&100) && ip.octets().get(1).is_some_and(|second| second & 0xc0 == 64);
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || shared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packument(base: &str, name: &str) -> String {
        packument_url(&SafeUrl::new(base), &PackageName::parse(name).unwrap())
            .expose()
            .to_owned()
    }

    #[test]
    fn the_slash_of_a_scope_is_escaped_and_the_base_keeps_its_path() {
        assert_eq!(
            packument("https://registry.example/", "left"),
            "https://registry.example/left"
        );
        assert_eq!(
            packument("https://registry.example/npm/", "@a/b"),
            "https://registry.example/npm/@a%2fb"
        );
    }

    #[test]
    fn hosts_show_their_port_only_where_it_is_not_the_usual_one() {
        assert_eq!(
            host_of(&SafeUrl::new("https://registry.example:443/npm")).unwrap(),
            "registry.example"
        );
        assert_eq!(
            host_of(&SafeUrl::new("http://u:p@127.0.0.1:4873/")).unwrap(),
            "127.0.0.1:4873"
        );
        assert_eq!(host_of(&SafeUrl::new("nonsense")), None);
    }

    #[test]
    fn redirects_may_move_but_not_lose_tls_or_leave_http() {
        let from = Url::parse("https://registry.example/a").unwrap();
        assert_eq!(
            redirected(&from, "/b").unwrap().as_str(),
            "https://registry.example/b"
        );
        assert!(redirected(&from, "https://files.example/b").is_ok());
        assert_eq!(
            redirected(&from, "http://registry.example/b"),
            Err(Refusal::Downgrade)
        );
        assert_eq!(redirected(&from, "file:///etc/passwd"), Err(Refusal::Scheme));
    }

    #[test]
    fn a_public_registry_cannot_point_inside() {
        let public = Url::parse("https://registry.example/").unwrap();
        let inside = Url::parse("http://10.0.0.5/").unwrap();
        for text in [
            "http://127.0.0.1/a",
            "http://169.254.169.254/latest",
            "http://localhost:9/a",
            "http://[::1]/a",
            "http://[::ffff:10.0.0.1]/a",
            "http://0x7f000001/a",
            "http://100.64.0.1/",
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(not_inward(&url, Some(&public)), Err(Refusal::Inward), "{text}");
            assert_eq!(not_inward(&url, Some(&inside)), Ok(()), "{text}");
        }
        assert_eq!(
            not_inward(&Url::parse("https://203.0.113.9/a").unwrap(), Some(&public)),
            Ok(())
        );
    }
}
