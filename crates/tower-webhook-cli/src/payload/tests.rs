use std::time::{Duration, SystemTime};

use http::Request;
use http_body::Body as _;
use http_body_util::BodyExt;
use tempfile::NamedTempFile;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Knowrithm;

use super::*;

const LARGE: usize = 8 * 1024 * 1024 + 1;

fn signer() -> Signer {
    Signer::new(Knowrithm, &SigningSecret::new("whk_demo").unwrap())
}

fn head() -> Parts {
    Request::post("/").body(()).unwrap().into_parts().0
}

fn sign(payload: &Payload) -> Result<HeaderMap> {
    payload.sign(&signer(), &head(), &ProgressBar::hidden())
}

async fn sent(payload: &Payload) -> io::Result<Bytes> {
    let body = Outgoing::new(payload.clone(), Sent::new(ProgressBar::hidden()));
    assert_eq!(body.size_hint().exact(), Some(payload.len()));
    Ok(body.collect().await?.to_bytes())
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

#[tokio::test]
async fn small_and_large_bodies_are_signed_and_sent_as_they_are() {
    for length in [0, 1, LARGE - 1, LARGE, LARGE + 300_000] {
        let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let file = file(&bytes);
        let spooled = Payload::spool(&bytes[..], "stdin").unwrap();
        for payload in [Payload::open(file.path()).unwrap(), spooled] {
            assert_eq!(matches!(payload, Payload::Memory(_)), length < LARGE);
            assert_eq!(payload.len(), length as u64);
            assert_eq!(sign(&payload).unwrap(), signer().headers(&bytes));
            assert!(sent(&payload).await.unwrap() == bytes, "{length}");
            assert!(payload.failure().is_none());
        }
    }
}

#[tokio::test]
async fn a_file_that_changes_after_it_was_signed_is_never_sent_whole() {
    let changes: [fn(&File); 3] = [
        |file| file.set_len(LARGE as u64 - 1).unwrap(),
        |mut file| file.write_all(b"more").unwrap(),
        |file| {
            let later = SystemTime::now() + Duration::from_secs(2);
            file.set_modified(later).unwrap();
        },
    ];
    for change in changes {
        let file = file(&vec![b'a'; LARGE]);
        let payload = Payload::open(file.path()).unwrap();
        sign(&payload).unwrap();
        change(file.as_file());
        let error = sent(&payload).await.unwrap_err();
        assert!(error.to_string().starts_with("it was changed"), "{error}");
        assert!(matches!(payload.failure(), Some(Failure::Usage(_))));
        assert!(matches!(sign(&payload), Err(Failure::Usage(_))));
    }
}

#[test]
fn what_cannot_be_read_is_a_failure_of_usage() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), &folder.path().join("missing")] {
        assert!(matches!(Payload::open(path), Err(Failure::Usage(_))));
    }
}
