//! The small programs the stage's shell plays: what they print, fetch, write and remove in the invented world.
//! It plays them no further than a script could notice; an unknown one answers with nothing.

use crate::{
    canary::Disguise,
    codec,
    network::host_of,
    recorder::Recorder,
    shell::{Outcome, Spawning},
    trace::Action,
    tree::normalise,
};

/// Fetches as `curl`, `wget` and their like: to a file, or to what comes next in the pipe.
pub(crate) fn download(
    recorder: &mut Recorder,
    name: &str,
    arguments: &[String],
    how: &Spawning,
    folder: &str,
) -> Outcome {
    let mut method = "GET".to_owned();
    let (mut urls, mut body, mut headers, mut output, mut by_name) =
        (Vec::new(), Vec::new(), Vec::new(), None, false);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" | "--request" | "-Method" | "--method" => method = words.next().cloned().unwrap_or(method),
            "-H" | "--header" | "-A" | "--user-agent" | "-u" | "--user" | "-b" | "--cookie" => {
                headers.extend(words.next().cloned())
            }
            "-d" | "--data" | "--data-binary" | "--data-raw" | "--data-urlencode" | "-F" | "--form"
            | "-T" | "--post-data" | "--upload-file" | "--post-file" | "-Body" | "--body-data"
            | "-InFile" => {
                if method == "GET" {
                    "POST".clone_into(&mut method);
                }
                if let Some(data) = words.next() {
                    let file = matches!(word.as_str(), "-T" | "--upload-file" | "--post-file" | "-InFile")
                        .then_some(data.as_str());
                    let file = file.or_else(|| {
                        data.split_once('@')
                            .filter(|(key, _)| key.is_empty() || key.ends_with('='))
                            .map(|(_, file)| file)
                    });
                    match file {
                        Some("-") => body.extend_from_slice(&how.stdin),
                        Some(file) => {
                            let path = normalise(file.split(';').next().unwrap_or(file), folder);
                            body.extend(
                                recorder
                                    .read_file(&path)
                                    .map(|bytes| bytes.to_vec())
                                    .unwrap_or_default(),
                            );
                        }
                        None => body.extend_from_slice(data.as_bytes()),
                    }
                }
            }
            "-o" | "--output" | "-OutFile" | "--output-document" => output = words.next().cloned(),
            "-O" if name == "wget" => output = words.next().cloned(),
            "-O" | "--remote-name" | "-OJ" | "-LO" | "-sLO" | "-fsSLO" => by_name = true,
            "-qO-" | "-O-" => output = Some("-".to_owned()),
            "-Uri" => urls.extend(words.next().cloned()),
            word if word.starts_with('-') => {
                if word.len() > 2 && !word.starts_with("--") && word.ends_with('o') {
                    output = words.next().cloned();
                }
            }
            word => {
                if name == "certutil" && !urls.is_empty() {
                    output = Some(word.to_owned());
                } else {
                    urls.push(word.to_owned());
                }
            }
        }
    }
    let mut said = Vec::new();
    for url in urls.iter().take(8) {
        let answer = recorder.request(&method, url, &headers, &body);
        let last = url
            .split(['?', '#'])
            .next()
            .and_then(|path| path.rsplit('/').next())
            .unwrap_or("index.html");
        let to = match output.as_deref() {
            Some("-") => None,
            Some(to) => Some(to.to_owned()),
            None if by_name || name == "wget" => Some(last.to_owned()),
            None => None,
        };
        match to {
            Some(to) => {
                recorder.write_file(&normalise(&to, folder), &answer.body, false);
            }
            None => said.extend(answer.body),
        }
    }
    Outcome::said(said)
}

/// Plays what is left.
pub(crate) fn tool(
    recorder: &mut Recorder,
    name: &str,
    arguments: &[String],
    how: &Spawning,
    folder: &str,
) -> Outcome {
    let plain: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let path = |at: usize| plain.get(at).map(|word| normalise(word, folder));
    match name {
        "cat" | "type" | "more" | "head" | "tail" | "get-content" => {
            let mut said = if plain.is_empty() {
                how.stdin.clone()
            } else {
                Vec::new()
            };
            for word in plain.iter().take(8) {
                said.extend(
                    recorder
                        .read_file(&normalise(word, folder))
                        .map(|bytes| bytes.to_vec())
                        .unwrap_or_default(),
                );
            }
            Outcome::said(said)
        }
        "base64" => {
            let bytes = path(0)
                .and_then(|path| recorder.read_file(&path))
                .map_or_else(|| how.stdin.clone(), |bytes| bytes.to_vec());
            if arguments
                .iter()
                .any(|word| matches!(word.as_str(), "-d" | "-D" | "--decode"))
            {
                let marked = recorder.network.marked(&bytes);
                return Outcome::said(if marked {
                    bytes
                } else {
                    codec::base64_decode(&bytes)
                });
            }
            Outcome::said(codec::base64_encode(&bytes, false))
        }
        "gzip" => {
            let sealed = codec::deflate("gzip", &how.stdin);
            recorder.derive(&how.stdin, &sealed, Disguise::Compressed);
            Outcome::said(sealed)
        }
        "openssl" | "xxd" | "od" => {
            let hex = codec::hex_encode(&how.stdin);
            Outcome::said(if name == "openssl" {
                how.stdin.clone()
            } else {
                hex.into_bytes()
            })
        }
        "env" | "printenv" | "set" => {
            recorder.note_once("env".to_owned(), Action::EnvWhole {});
            let all: Vec<String> = recorder
                .env
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            Outcome::said(all.join("\n"))
        }
        "whoami" | "id" | "logname" => identity(recorder, "user", recorder.persona.user()),
        "hostname" => identity(recorder, "hostname", recorder.persona.hostname()),
        "pwd" => Outcome::said(folder.to_owned()),
        "uname" => Outcome::said(if recorder.persona.platform() == "darwin" {
            "Darwin\n"
        } else {
            "Linux\n"
        }),
        "ls" | "dir" | "find" => {
            let target = path(0).unwrap_or_else(|| folder.to_owned());
            Outcome::said(recorder.tree.list(&target).unwrap_or_default().join("\n"))
        }
        "which" | "where" | "command" => match plain.first() {
            Some(word)
                if matches!(
                    word.as_str(),
                    "node" | "npm" | "git" | "curl" | "bash" | "sh" | "python3"
                ) =>
            {
                Outcome::said(format!("/usr/bin/{word}\n"))
            }
            _ => Outcome {
                stdout: Vec::new(),
                status: 1,
            },
        },
        "rm" | "del" | "rmdir" | "unlink" | "remove-item" => {
            for word in plain.iter().take(16) {
                let path = normalise(word, folder);
                recorder.change_file(&path, "remove", "");
                recorder.tree.remove(path.trim_end_matches("/*"));
            }
            Outcome::default()
        }
        "cp" | "mv" | "copy" | "move" | "ln" => {
            if let (Some(from), Some(to)) = (path(0), path(1)) {
                recorder.change_file(
                    &from,
                    if name == "mv" || name == "move" {
                        "rename"
                    } else {
                        "copy"
                    },
                    &to,
                );
                recorder.tree.rename(&from, &to, name != "mv" && name != "move");
            }
            Outcome::default()
        }
        "chmod" => {
            if let Some(path) = path(1) {
                recorder.change_file(&path, "chmod", "");
                recorder.tree.chmod(&path, 0o755);
            }
            Outcome::default()
        }
        "mkdir" => {
            if let Some(path) = path(0) {
                recorder.tree.folder(path);
            }
            Outcome::default()
        }
        "tee" => {
            if let Some(path) = path(0) {
                let stdin = how.stdin.clone();
                recorder.write_file(&path, &stdin, arguments.iter().any(|word| word == "-a"));
            }
            Outcome::said(how.stdin.clone())
        }
        "nc" | "ncat" | "netcat" | "telnet" => {
            if let Some(host) = plain.first() {
                let port = plain.get(1).and_then(|port| port.parse().ok()).unwrap_or(0);
                let host = host_of(host);
                recorder.note(Action::Connected {
                    host: host.clone(),
                    port,
                    protocol: "tcp".to_owned(),
                });
                let stdin = how.stdin.clone();
                recorder.leave(
                    Action::SocketData {
                        host,
                        data: codec::excerpt(&stdin),
                    },
                    &[&stdin],
                );
            }
            Outcome::default()
        }
        "git" => match plain.first().map(|word| word.as_str()) {
            Some("config") => Outcome::said("m@kestrel.example\n"),
            Some("remote") => Outcome::said("origin\thttps://forge.example/kestrel/storefront (fetch)\n"),
            _ => Outcome::default(),
        },
        "tr" | "grep" | "sed" | "awk" | "sort" | "cut" | "xargs" | "uniq" | "jq" | "tac" | "rev" => {
            Outcome::said(how.stdin.clone())
        }
        _ => Outcome::default(),
    }
}

fn identity(recorder: &mut Recorder, what: &str, value: &'static str) -> Outcome {
    recorder.note_once(
        format!("identity {what}"),
        Action::IdentityRead {
            what: what.to_owned(),
        },
    );
    Outcome::said(format!("{value}\n"))
}
