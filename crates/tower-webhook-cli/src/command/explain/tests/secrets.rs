use bytes::Bytes;

use super::*;
use crate::command::explain::secret_key;
use crate::command::explain::trial::Side;
use crate::sample;

/// An accident, the secret of the sender, and the one that is held, for schemes that take the text as it is.
fn rows() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let mut rows: Vec<(&'static str, Vec<u8>, Vec<u8>)> = Vec::new();
    let mut row = |name, sender: &[u8], held: &[u8]| rows.push((name, sender.to_vec(), held.to_vec()));
    row("secret_white_space", b"s3cret", b" s3cret");
    row("secret_white_space", b"s3cret", b"s3cret\t\n");
    row("secret_white_space", b"s3cret", b"s3cret\r");
    row("secret_white_space", b"s3cret", b"s3c ret");
    row("secret_white_space", b"s3cret", "\u{feff}s3cret".as_bytes());
    row("secret_white_space", b"s3cret", "s3cret\u{a0}".as_bytes());
    row("secret_line_break", b"s3cret\n", b"s3cret");
    row("secret_line_break", b"s3cret\r\n", b"s3cret");
    row("secret_white_space", b"s3cret ", b"s3cret");
    row("secret_line_break", b"s3cret", b"s3cret\nother");
    row("secret_quoted", b"s3cret", b"\"s3cret\"");
    row("secret_quoted", b"s3cret", b"'s3cret'");
    row("secret_quoted", b"s3cret", b"s3cret\"");
    row("secret_quoted", b"\"s3cret\"", b"s3cret");
    row("secret_assignment", b"s3cret", b"export HOOK_SECRET=s3cret");
    row("secret_assignment", b"s3cret", b"HOOK_SECRET='s3cret'");
    row("secret_assignment", b"s3cret==", b"hook.secret: s3cret==");
    row("secret_base64_decoded", b"\x00\x01\xfe\xffkey", b"AAH+/2tleQ==");
    row("secret_base64_decoded", b"\x00\x01\xfe\xffkey", b"AAH-_2tleQ");
    row("secret_base64_decoded", b"\x00\x01\xfe\xffkey", b"whsec_AAH+/2tleQ==");
    row("secret_hex_decoded", b"\x00\x01\xfe\xffke", b"0001feff6b65");
    row("secret_hex_decoded", b"\x00\x01\xfe\xffke", b"0x0001FEFF6B65");
    row("secret_encoded", b"czNjcmV0", b"s3cret");
    row("secret_encoded", b"733363726574", b"s3cret");
    row("secret_prefix", b"s3cret", b"whsec_s3cret");
    row("secret_prefix", b"whsec_s3cret", b"s3cret");
    row("secret_prefix", b"whsec_s3cret", b"v1,whsec_s3cret");
    row("secret_prefix", b"s3cret!", b"whk_s3cret!");
    row("secret_case", b"s3cret", b"S3CRET");
    row("secret_case", b"S3CRET", b"s3cret");
    row("secret_escaped", b"s3cret", b"s3cret\\n");
    row("secret_escaped", b"a$b", b"a\\$b");
    row("secret_escaped", b"a&b", b"a&amp;b");
    row("secret_url_encoded", b"a+b/c", b"a%2Bb%2Fc");
    row("secret_url_encoded", b"a+b/c!", b"a b/c!");
    row("secret_url_encoded", b"a%2Fb", b"a/b");
    row("secret_encoding", b"s3cret", b"\xff\xfes\x003\0c\0r\0e\0t\0\r\0");
    row("secret_encoding", b"s\x003\0c\0r\0e\0t\0", b"s3cret");
    row("secret_encoding", b"clef\xe9", "clefé".as_bytes());
    row("secret_encoding", "clefé".as_bytes(), b"clef\xe9");
    rows
}

/// The same for schemes that decode the secret.
fn decoded_rows() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let sender = b"whsec_AAH+/2tleSBvZiBzZW5kZXI=";
    let mut rows: Vec<(&'static str, Vec<u8>, Vec<u8>)> = Vec::new();
    let mut row = |name, sender: &[u8], held: &[u8]| rows.push((name, sender.to_vec(), held.to_vec()));
    row("secret_white_space", sender, b"whsec_AAH+/2tleSBvZiBzZW5kZXI= \n");
    row("secret_line_break", sender, b"whsec_AAH+/2tleSBvZiBzZW5kZXI=\nmore");
    row("secret_quoted", sender, b"\"whsec_AAH+/2tleSBvZiBzZW5kZXI=\"");
    row("secret_assignment", sender, b"SECRET=whsec_AAH+/2tleSBvZiBzZW5kZXI=");
    row("secret_prefix", sender, b"AAH+/2tleSBvZiBzZW5kZXI=");
    row("secret_prefix", sender, b"whsec_whsec_AAH+/2tleSBvZiBzZW5kZXI=");
    // URL-safe and unpadded, which the scheme does not take.
    row("secret_base64_decoded", sender, b"whsec_AAH-_2tleSBvZiBzZW5kZXI");
    row("secret_url_encoded", sender, b"whsec_AAH%2B%2F2tleSBvZiBzZW5kZXI%3D");
    row(
        "secret_hex_decoded",
        sender,
        b"whsec_0001feff6b6579206f662073656e646572",
    );
    // The key is the text, with `whsec_` or without, or hex.
    row("secret_not_decoded", b"whsec_cjR3IHRleHQ=", b"r4w text");
    row("secret_not_decoded", b"whsec_cjR3dGV4dA==", b"whsec_r4wtext");
    row("secret_encoded", b"whsec_NzMzMzYzNzI2NTc0", b"whsec_czNjcmV0");
    rows
}

#[test]
fn what_happened_to_a_secret_is_named_first_for_every_scheme() {
    for (about, scheme) in schemes() {
        let rows = if scheme.kind() == Kind::Whsec {
            decoded_rows()
        } else {
            rows()
        };
        for (name, sender, held) in rows {
            let case = signed(&scheme, &secret(&sender), BODY).with_secrets([secret(&held)]);
            assert_named(&case, name, &format!("{about}: {}", String::from_utf8_lossy(&held)));
        }
    }
}

#[test]
fn a_secret_that_the_sender_damaged_is_mended_at_the_sender() {
    let scheme = KNOWN[0].chosen().scheme;
    for (sender, held, side) in [
        ("\"s3cret\"", "s3cret", Side::Sender),
        ("s3cret", "\"s3cret\"", Side::Receiver),
        ("s3cret\n", "s3cret", Side::Sender),
        ("s3cret", "s3cret\nother", Side::Receiver),
        ("s3cret ", "s3cret", Side::Sender),
        ("s3cret", "s3cret ", Side::Receiver),
    ] {
        let case = signed(&scheme, &secret(sender), BODY).with_secrets([secret(held)]);
        let Finding::Explained { changes, .. } = Search::new(case.body.len()).run(&case) else {
            panic!("{sender:?} for {held:?}");
        };
        assert_eq!(changes[0].change.side, side, "{sender:?} for {held:?}");
        // The cause and its fix are those of both sides, so no change tells anyone to keep the damage.
        assert!(!changes[0].change.text.contains("keep"), "{}", changes[0].change.text);
    }
}

#[test]
fn the_secret_of_another_endpoint_is_named_with_its_place() {
    for (about, scheme) in schemes() {
        let case = signed_body(&scheme, BODY).with_secrets([keyed(&scheme, "another")]);
        let others = ["third", KEY].map(|key| keyed(&scheme, key));
        assert_named(&case.with_others(others), "other_endpoint_secret", about);
    }
}

#[test]
fn a_damaged_secret_and_a_damaged_body_are_named_both() {
    for (about, scheme) in schemes() {
        let case = signed_body(&scheme, BODY);
        let damaged = [case.secrets[0].expose(), b" "].concat();
        let case = case.with_secrets([secret(damaged)]).with_body(format!("{BODY}\n"));
        assert_eq!(explained(&case), ["trailing_newline", "secret_white_space"], "{about}");
    }
}

#[test]
fn a_secret_that_the_scheme_cannot_take_hides_no_other_one() {
    let scheme = named("svix");
    let case = signed_body(&scheme, BODY);
    let set = [secret("no base64"), case.secrets[0].clone()];
    assert!(matches!(
        Search::new(0).run(&case.with_secrets(set)),
        Finding::Right { .. }
    ));
}

/// The sample of a scheme with the signature in the body, signed by one secret and held with another.
fn signed_inside(scheme: &str, by: &str, kept: &str) -> Case {
    let known = KNOWN.iter().find(|known| known.name == scheme).unwrap();
    let chosen = known.chosen();
    let signer = chosen.scheme.signer(&secret(by)).unwrap().timestamp(NOW);
    let content = sample::read_by(&chosen).unwrap().as_bytes();
    let request = Request::post(URL).header("content-type", "application/json");
    let request = signer
        .sign_body(request.body(Bytes::from_static(content)).unwrap())
        .unwrap();
    let (head, body) = request.into_parts();
    Case::new(head, body, [secret(kept)], chosen.scheme)
}

#[test]
fn what_happened_to_the_hex_key_of_adyen_is_named() {
    let key = "0001feff6b6579206f662073656e646572";
    let plain = "the text of the sender";
    for (by, held, name) in [
        (key, format!("{key} "), "secret_white_space"),
        (key, format!("\"{key}\""), "secret_quoted"),
        (&*hex(plain.as_bytes()), plain.to_owned(), "secret_not_decoded"),
        // The key is the text of the digits.
        (&*hex(key.as_bytes()), key.to_owned(), "secret_not_decoded"),
        (
            key,
            STANDARD.encode(b"\x00\x01\xfe\xffkey of sender"),
            "secret_base64_decoded",
        ),
    ] {
        let case = signed_inside("adyen", by, &held);
        assert_named(&case, name, &held);
    }
}

#[test]
fn the_key_of_adyen_is_the_same_in_the_form_of_another_scheme() {
    let adyen = signed_inside("adyen", "0001feff6b6579", "0001feff6b6579");
    let svix = named("svix");
    let keys = secret_key::keys(&adyen);
    assert_eq!(keys[0].expose(), b"\x00\x01\xfe\xffkey");
    let texts =
        [&svix, &adyen.scheme].map(|scheme| secret_key::text_of(&**scheme, &keys[0], keys[0].expose()).unwrap());
    assert_eq!(texts[0].expose(), b"whsec_AAH+/2tleQ==");
    assert_eq!(texts[1].expose(), b"0001feff6b6579");
}
