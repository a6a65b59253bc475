//! `https-receiver`: its certificate, and the change of it at SIGHUP.
#![cfg(unix)]

use std::fs;

use super::child::{Receiver, command, refusal, with_secret};
use super::smoke::{answer_of, has_curl};
use crate::server::tls::Files;

#[test]
fn it_prints_a_curl_command_that_checks_the_certificate_and_is_accepted() {
    let receiver = Receiver::start(command("https-receiver"));
    let curl = receiver.greeting.iter().find(|line| line.starts_with("curl "));
    let curl = curl.unwrap_or_else(|| panic!("{:?}", receiver.greeting));
    if has_curl() {
        let answer = answer_of(curl);
        assert!(answer.starts_with("HTTP/2 200"), "{answer}");
        let answer = answer_of(&curl.replace("John", "Jane"));
        assert!(answer.starts_with("HTTP/2 403"), "{answer}");
        // Without the certificate of this run, the receiver is not trusted.
        let certificate = curl.split('\'').nth(1).unwrap();
        let other = Files::new();
        let answer = answer_of(&curl.replace(certificate, other.certificate().to_str().unwrap()));
        assert_eq!(answer, "");
    }
}

#[tokio::test]
async fn it_takes_a_renewed_certificate_at_sighup() {
    let files = Files::new();
    let mut command = with_secret("https-receiver");
    command.env("TLS_CERTIFICATE_FILE", files.certificate());
    command.env("TLS_KEY_FILE", files.key());
    let receiver = Receiver::start(command);
    let old = files.trusted();
    old.connect(receiver.address, "h2").await.unwrap();

    fs::write(files.certificate(), "").unwrap();
    receiver.signal("HUP");
    let complaint = receiver.complaint();
    assert!(complaint.starts_with("kept the certificate it has: "), "{complaint}");
    old.connect(receiver.address, "h2").await.unwrap();

    files.renew();
    receiver.signal("HUP");
    assert_eq!(receiver.line(), "Took the certificate from its files");
    files.trusted().connect(receiver.address, "h2").await.unwrap();
    old.connect(receiver.address, "h2").await.unwrap_err();
}

#[test]
fn a_certificate_without_its_key_is_named() {
    let files = Files::new();
    let mut command = with_secret("https-receiver");
    command.env("TLS_CERTIFICATE_FILE", files.certificate());
    assert!(refusal(command).contains("TLS_KEY_FILE"));
}
