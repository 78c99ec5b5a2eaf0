//! The scripted network: what answers a request, and the marked payload that proves a download was run.
//! It invents answers; no packet exists.

use crate::canary::{contains, mark, xored};

/// The scripted network of one rehearsal.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    mark: String,
}

/// What a server says.
pub(crate) struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub body: Vec<u8>,
}

impl Network {
    pub fn new(seed: u64) -> Self {
        Network {
            mark: mark(seed, "payload of the scripted network", 40),
        }
    }

    /// The mark inside every download.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// A text that is a program to JavaScript and to a shell, a comment at most, with the mark in it.
    pub fn payload(&self) -> String {
        format!("0;//#{mark}\n", mark = self.mark)
    }

    /// Whether bytes came from this network, plain or XORed with a short key.
    pub fn marked(&self, bytes: &[u8]) -> bool {
        contains(bytes, self.mark.as_bytes()) || xored(bytes, self.mark.as_bytes())
    }

    /// The answer to a request.
    pub fn answer(&self, method: &str, url: &str, host: &str) -> Answer {
        let path = url.split(['?', '#']).next().unwrap_or(url);
        if method == "HEAD" {
            return Answer {
                status: 200,
                kind: "text/plain",
                body: Vec::new(),
            };
        }
        if matches!(
            host,
            "169.254.169.254" | "metadata.google.internal" | "169.254.170.2"
        ) {
            return Answer {
                status: 200,
                kind: "application/json",
                body: b"{\"AccessKeyId\":\"ASIA\",\"Token\":\"t\"}".to_vec(),
            };
        }
        if ["ipify", "ipinfo", "ip-api", "ifconfig", "icanhazip", "checkip"]
            .iter()
            .any(|part| host.contains(part))
        {
            let json = url.contains("json") || host.starts_with("ip-api") || host.starts_with("ipinfo");
            let body = if json {
                "{\"ip\":\"203.0.113.9\",\"query\":\"203.0.113.9\",\"country\":\"DE\"}"
            } else {
                "203.0.113.9"
            };
            return Answer {
                status: 200,
                kind: "text/plain",
                body: body.as_bytes().to_vec(),
            };
        }
        let kind = if path.ends_with(".json") {
            "application/json"
        } else {
            "application/octet-stream"
        };
        Answer {
            status: 200,
            kind,
            body: self.payload().into_bytes(),
        }
    }
}

/// Host and port of a URL, without believing it.
pub(crate) fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.starts_with('[') {
        host.split_once(']')
            .map_or(host, |(inside, _)| inside)
            .trim_start_matches('[')
    } else {
        host.split_once(':').map_or(host, |(name, _)| name)
    };
    host.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_from_urls() {
        assert_eq!(host_of("https://user:pw@A.example:8443/x?y"), "a.example");
        assert_eq!(host_of("http://[2001:db8::1]:80/"), "2001:db8::1");
        assert_eq!(host_of("a.example/x"), "a.example");
    }

    #[test]
    fn the_payload_knows_itself() {
        let network = Network::new(3);
        let masked: Vec<u8> = network.payload().bytes().map(|byte| byte ^ 0x21).collect();
        assert!(network.marked(network.payload().as_bytes()));
        assert!(network.marked(&masked));
        assert!(!network.marked(b"0;//# another"));
    }
}
