//! `tenants`: secrets from a database, their cache, and failures of the database.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use http::{Request, Response};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tempfile::TempDir;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;

use super::child::{Receiver, command, refusal};
use super::smoke::{answer_of, has_curl};
use crate::sockets::client::Protocol;
use crate::support::EVENT;

/// A command that starts the receiver on this database.
fn tenants(url: &str) -> Command {
    let mut command = command("tenants");
    command.env("DATABASE_URL", url);
    command
}

/// The database of one test. Its tenant `acme` has a secret `whk_spring` with the label `spring`.
struct Database {
    folder: TempDir,
}

impl Database {
    fn new() -> Self {
        let database = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        assert_eq!(
            database.add(&["acme", "spring"], "whk_spring"),
            "Added spring to acme\n"
        );
        database
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("tenants.db").display())
    }

    fn start(&self) -> Receiver {
        Receiver::start(tenants(&self.url()))
    }

    /// Adds a secret as an operator does, and returns the output.
    fn add(&self, arguments: &[&str], secret: &str) -> String {
        let output = self.try_add(arguments, secret);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn try_add(&self, arguments: &[&str], secret: &str) -> Output {
        let mut command = tenants(&self.url());
        command.arg("--add").args(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It does not read stdin if its arguments are wrong.
        let _ = child.stdin.take().unwrap().write_all(secret.as_bytes());
        child.wait_with_output().unwrap()
    }

    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("tenants.db"));
        options.connect().await.unwrap()
    }
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) {
    sqlx::raw_sql(statement).execute(connection).await.unwrap();
}

async fn post(receiver: &Receiver, tenant: &str, secret: &str) -> Response<Bytes> {
    let signer = Signer::new(Knowrithm, &SigningSecret::new(secret).unwrap());
    let request = Request::post(format!("/webhooks/{tenant}")).body(EVENT).unwrap();
    let request = signer.sign(request).map(TestBody::one);
    Protocol::Http1.send(receiver.address, request).await.unwrap()
}

async fn answer(receiver: &Receiver, tenant: &str, secret: &str) -> (u16, String) {
    let response = post(receiver, tenant, secret).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), body)
}

fn success(label: &str) -> (u16, String) {
    (200, format!(r#"{{"signed_by":"{label}","status":"success"}}"#))
}

fn refused() -> (u16, String) {
    (403, String::new())
}

fn forget(receiver: &Receiver) {
    receiver.signal("HUP");
    assert_eq!(receiver.line(), "Forgot the cached secrets");
}

#[test]
fn the_first_start_creates_a_database_and_prints_a_curl_command_that_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenants.db");
    let url = format!("sqlite://{}", path.display());
    let receiver = Receiver::start(tenants(&url));
    let curl = receiver.greeting.iter().find(|line| line.starts_with("curl "));
    let curl = curl.unwrap_or_else(|| panic!("{:?}", receiver.greeting));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    if has_curl() {
        let answer = answer_of(curl);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with(&success("first").1), "{answer}");
        let answer = answer_of(&curl.replace("John", "Jane"));
        assert!(answer.starts_with("HTTP/1.1 403 Forbidden"), "{answer}");
    }
    drop(receiver);
    // The second start adds no tenant.
    assert_eq!(Receiver::start(tenants(&url)).greeting, [""; 0]);
}

#[tokio::test]
async fn a_new_secret_shortens_the_life_of_the_previous_ones() {
    let database = Database::new();
    let receiver = database.start();
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    assert_eq!(answer(&receiver, "acme", "whk_summer").await, refused());

    let message = database.add(&["acme", "summer"], "whk_summer\r\n");
    assert!(message.contains("valid for 24 more hours"), "{message}");
    forget(&receiver);
    assert_eq!(answer(&receiver, "acme", "whk_summer").await, success("summer"));
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));

    // With 0 hours, the previous ones end at once.
    database.add(&["acme", "autumn", "0"], "whk_autumn");
    forget(&receiver);
    assert_eq!(answer(&receiver, "acme", "whk_autumn").await, success("autumn"));
    for secret in ["whk_summer", "whk_spring"] {
        assert_eq!(answer(&receiver, "acme", secret).await, refused(), "{secret}");
    }
    // More hours do not bring back an expired secret.
    database.add(&["acme", "winter", "48"], "whk_winter");
    forget(&receiver);
    assert_eq!(answer(&receiver, "acme", "whk_autumn").await, success("autumn"));
    assert_eq!(answer(&receiver, "acme", "whk_summer").await, refused());
}

#[tokio::test]
async fn unknown_tenants_and_secrets_of_others_are_refused_alike() {
    let database = Database::new();
    database.add(&["umbrella", "spring"], "whk_umbrella");
    let receiver = database.start();
    assert_eq!(answer(&receiver, "umbrella", "whk_umbrella").await, success("spring"));

    let mut expired = database.connect().await;
    let expire = "INSERT INTO secrets (tenant, label, secret, not_after) VALUES ('gone', 'spring', 'whk_spring', 1)";
    execute(&mut expired, expire).await;

    let seen = |mut response: Response<Bytes>| {
        response.headers_mut().remove("date");
        (response.status(), response.headers().clone(), response.into_body())
    };
    let mismatch = seen(post(&receiver, "acme", "whk_umbrella").await);
    assert_eq!((mismatch.0.as_u16(), &mismatch.2[..]), (403, &b""[..]));
    let longest = "a".repeat(64);
    for unknown in [
        "nobody",
        "gone",
        "ACME",
        "acme%20",
        "%61cme",
        "..",
        "acme'--",
        &longest,
        &format!("{longest}a"),
    ] {
        // From the database, then from the cache.
        for _ in 0..2 {
            assert_eq!(
                seen(post(&receiver, unknown, "whk_spring").await),
                mismatch,
                "{unknown}"
            );
        }
    }
    assert_eq!(post(&receiver, "acme/more", "whk_spring").await.status(), 404);
}

#[tokio::test]
async fn a_locked_database_is_answered_with_503_and_cached_results_are_used() {
    let database = Database::new();
    database.add(&["umbrella", "spring"], "whk_umbrella");
    let receiver = database.start();
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    assert_eq!(answer(&receiver, "nobody", "whk_spring").await, refused());

    let mut locking = database.connect().await;
    execute(&mut locking, "BEGIN EXCLUSIVE").await;
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    assert_eq!(answer(&receiver, "nobody", "whk_spring").await, refused());
    // A name that no tenant can have is not looked up.
    assert_eq!(answer(&receiver, "NOBODY", "whk_spring").await, refused());

    let response = post(&receiver, "umbrella", "whk_umbrella").await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "10");
    assert_eq!(response.body(), "");
    let complaint = receiver.complaint();
    assert!(complaint.starts_with("A lookup failed "), "{complaint}");
    assert_eq!(answer(&receiver, "somebody", "whk_spring").await, (503, String::new()));

    // The failure was not cached.
    execute(&mut locking, "ROLLBACK").await;
    assert_eq!(answer(&receiver, "umbrella", "whk_umbrella").await, success("spring"));
}

#[tokio::test]
async fn a_blank_secret_is_ignored_and_reported_once_in_a_while() {
    let database = Database::new();
    database.add(&["acme", "summer"], "whk_summer");
    let mut blanking = database.connect().await;
    execute(
        &mut blanking,
        "PRAGMA ignore_check_constraints = ON; UPDATE secrets SET secret = char(9) WHERE label = 'summer'",
    )
    .await;
    let receiver = database.start();
    assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
    let complaint = receiver.complaint();
    assert_eq!(complaint, "Secret summer of acme is blank and is ignored");

    execute(&mut blanking, "UPDATE secrets SET secret = ' '").await;
    for _ in 0..5 {
        forget(&receiver);
        assert_eq!(post(&receiver, "acme", "whk_spring").await.status(), 503);
        assert_eq!(answer(&receiver, "nobody", "whk_spring").await, refused());
    }
    // One line in 30 s: senders must not be able to fill the log.
    assert_eq!(receiver.last_complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_broken_database_is_answered_with_503() {
    let database = Database::new();
    let receiver = database.start();
    let mut breaking = database.connect().await;
    // First a tenant with only blank secrets, then no table.
    for statement in [
        "PRAGMA ignore_check_constraints = ON; UPDATE secrets SET secret = ' '",
        "DROP TABLE secrets",
    ] {
        execute(&mut breaking, statement).await;
        let response = post(&receiver, "acme", "whk_spring").await;
        assert_eq!(response.status(), 503, "{statement}");
        assert_eq!(response.headers()["retry-after"], "10", "{statement}");
    }
    assert!(receiver.complaint().starts_with("A lookup failed "));
}

#[test]
fn an_unusable_argument_is_named_without_the_secret() {
    let database = Database::new();
    for (arguments, secret, named) in [
        (
            &["acme", "spring"][..],
            "whk_hush",
            "cannot add the secret spring to acme",
        ),
        (&["Acme", "summer"], "whk_hush", "a-z"),
        (&["", "summer"], "whk_hush", "a-z"),
        (&["acme", "summer"], " \n", "the secret on stdin"),
        (&["acme", "summer"], "", "the secret on stdin"),
        (&["acme", "summer", "-1"], "whk_hush", "usage: "),
        (&["acme"], "whk_hush", "usage: "),
    ] {
        let output = database.try_add(arguments, secret);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(message.contains(named), "{arguments:?}: {message}");
        assert!(!message.contains("whk_hush"), "{arguments:?}: {message}");
    }
}

#[test]
fn an_unusable_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("text"),
        "no database, but a text of some length".repeat(100),
    )
    .unwrap();
    for name in ["missing/tenants.db", "text"] {
        let url = format!("sqlite://{}", folder.path().join(name).display());
        assert!(refusal(tenants(&url)).contains(&url), "{name}");
    }
    for url in ["sqlite::memory:", "postgres://localhost/test", ""] {
        let message = refusal(tenants(url));
        assert!(
            message.contains("DATABASE_URL") && message.contains("sqlite://tenants.db"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn sigterm_and_sigint_end_it() {
    let database = Database::new();
    for signal in ["TERM", "INT"] {
        let mut receiver = database.start();
        assert_eq!(answer(&receiver, "acme", "whk_spring").await, success("spring"));
        receiver.signal(signal);
        assert_eq!(receiver.end().code(), Some(0), "{signal}");
    }
}
