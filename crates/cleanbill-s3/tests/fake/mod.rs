//! A bucket on loopback that takes only requests signed as S3 wants it. The signature is made anew here from the
//! request and the secret, by the steps of the protocol, and not with the library that signs.
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{digest, hmac};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, Response, StatusCode},
    routing::any,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub const ID: &str = "inertid";
pub const SECRET: &str = "inertsecret";
pub const BUCKET: &str = "cleanbill-test";
const REGION: &str = "us-east-1";
/// What stays as it is in a signed query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

#[derive(Clone, Default)]
struct Shelf {
    objects: Arc<Mutex<HashMap<String, Bytes>>>,
    log: Arc<Mutex<Vec<(String, u16)>>>,
    /// Answered in place of anything, where not 0.
    wrong: Arc<AtomicU16>,
    host: Arc<Mutex<String>>,
}

pub struct Fake {
    shelf: Shelf,
    pub address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Fake {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let shelf = Shelf::default();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        *shelf.host.lock().unwrap() = address.to_string();
        let router = Router::new().fallback(any(answer)).with_state(shelf.clone());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            shelf,
            address,
            runtime: Some(runtime),
        }
    }

    pub fn url(&self, prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}?endpoint=http://{}", self.address)
    }

    /// Answers everything with this status; 0 for what is asked.
    pub fn wrong(&self, status: u16) {
        self.shelf.wrong.store(status, Ordering::SeqCst);
    }

    pub fn log(&self) -> Vec<(String, u16)> {
        self.shelf.log.lock().unwrap().clone()
    }

    /// The objects, by their names.
    pub fn change(&self, with: impl FnOnce(&mut HashMap<String, Bytes>)) {
        with(&mut self.shelf.objects.lock().unwrap());
    }

    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let line = format!("{} {}", request.method(), request.uri().path());
    let (status, body) = match shelf.wrong.load(Ordering::SeqCst) {
        0 => store(&shelf, request).await,
        status => (StatusCode::from_u16(status).unwrap(), Bytes::new()),
    };
    shelf.log.lock().unwrap().push((line, status.as_u16()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
}

async fn store(shelf: &Shelf, request: Request) -> (StatusCode, Bytes) {
    let host = shelf.host.lock().unwrap().clone();
    if !is_signed(&request, &host) {
        return (
            StatusCode::FORBIDDEN,
            Bytes::from_static(b"<Error>SignatureDoesNotMatch</Error>"),
        );
    }
    let path = percent_decode_str(request.uri().path())
        .decode_utf8()
        .unwrap()
        .into_owned();
    let Some(object) = path.strip_prefix(&format!("/{BUCKET}/")).map(str::to_owned) else {
        return (
            StatusCode::NOT_FOUND,
            Bytes::from_static(b"<Error>NoSuchBucket</Error>"),
        );
    };
    match *request.method() {
        Method::GET => match shelf.objects.lock().unwrap().get(&object) {
            Some(bytes) => (StatusCode::OK, bytes.clone()),
            None => (
                StatusCode::NOT_FOUND,
                Bytes::from_static(b"<Error>NoSuchKey</Error>"),
            ),
        },
        Method::PUT => match to_bytes(request.into_body(), 64 << 20).await {
            Ok(bytes) => {
                shelf.objects.lock().unwrap().insert(object, bytes);
                (StatusCode::OK, Bytes::new())
            }
            Err(_) => (StatusCode::BAD_REQUEST, Bytes::new()),
        },
        _ => (StatusCode::METHOD_NOT_ALLOWED, Bytes::new()),
    }
}

/// Signature version 4, in the query of the address.
fn is_signed(request: &Request, host: &str) -> bool {
    let mut query: BTreeMap<String, String> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            (decoded(key), decoded(value))
        })
        .collect();
    let Some(signature) = query.remove("X-Amz-Signature") else {
        return false;
    };
    let of = |key: &str| query.get(key).cloned().unwrap_or_default();
    let moment = of("X-Amz-Date");
    let day = moment.get(..8).unwrap_or_default().to_owned();
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    let right = of("X-Amz-Algorithm") == "AWS4-HMAC-SHA256"
        && of("X-Amz-Credential") == format!("{ID}/{scope}")
        && of("X-Amz-SignedHeaders") == "host"
        && of("X-Amz-Expires")
            .parse::<u32>()
            .is_ok_and(|seconds| seconds <= 60);
    if !right {
        return false;
    }
    let encoded = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let pairs: Vec<String> = query
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD",
        request.method(),
        request.uri().path(),
        pairs.join("&")
    );
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let digest = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}");
    let step = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
            .as_ref()
            .to_vec()
    };
    let mut key = step(format!("AWS4{SECRET}").as_bytes(), &day);
    for part in [REGION, "s3", "aws4_request"] {
        key = step(&key, part);
    }
    hex(&step(&key, &to_sign)) == signature
}
