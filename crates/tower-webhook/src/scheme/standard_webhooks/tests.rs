use super::super::tests::macs;
use super::*;

const ONE: &str = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";

fn headers(family: &str, id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    let name = |of: &str| -> HeaderName { format!("{family}-{of}").parse().unwrap() };
    HeaderMap::from_iter([
        (name("id"), id.parse().unwrap()),
        (name("timestamp"), timestamp.parse().unwrap()),
        (name("signature"), signature.parse().unwrap()),
    ])
}

fn read(headers: &HeaderMap) -> Result<Vec<String>, RejectionKind> {
    macs(&StandardWebhooks::new(), headers)
}

#[test]
fn id_and_timestamp_are_signed_before_the_body() {
    for family in ["webhook", "svix"] {
        let headers = headers(family, "msg_1", "1614265330", &format!("v1,{ONE}"));
        let scheme = StandardWebhooks::new();
        let read = scheme.read(Head::from(&headers)).unwrap();
        assert_eq!(read.claim.timestamp, Some(1_614_265_330));
        assert_eq!(read.claim.delivery_id.unwrap().as_bytes(), b"msg_1");
        assert_eq!(read.before.unwrap().concat(), b"msg_1.1614265330.");
    }
}

#[test]
fn every_v1_is_a_candidate_and_no_other_entry() {
    let list = |list: &str| read(&headers("webhook", "a", "5", list));
    let asymmetric = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    assert_eq!(
        list(&format!("{asymmetric} v1,{ONE} v2, v1,{ONE} ")),
        Ok(vec!["61".repeat(32); 2])
    );
    for other in [
        "",
        "v1",
        "v1,",
        "v1a,x",
        ONE,
        &format!("v1={ONE}"),
        &format!("v1,{ONE},v1,{ONE}"),
    ] {
        assert_eq!(list(other), Err(RejectionKind::MalformedSignature), "{other}");
    }
    let many = list(&format!("v1,{ONE} ").repeat(1000));
    assert_eq!(many.map(|macs| macs.len()), Ok(MAX_ENTRIES));
}

#[test]
fn an_empty_id_or_one_with_a_dot_is_refused() {
    for id in ["", "msg.1"] {
        let headers = headers("webhook", id, "5", &format!("v1,{ONE}"));
        assert_eq!(read(&headers), Err(RejectionKind::MalformedSignature), "{id:?}");
    }
}

#[test]
fn names_of_the_two_families_are_not_mixed() {
    let mut mixed = headers("svix", "a", "5", &format!("v1,{ONE}"));
    mixed.insert(&STANDARD.signature, format!("v1,{ONE}").parse().unwrap());
    assert_eq!(read(&mixed), Err(RejectionKind::MissingSignature));
}

#[test]
fn both_families_must_have_the_same_values() {
    let one = headers("webhook", "a", "5", &format!("v1,{ONE}"));
    for (signed, other) in [("webhook", "svix"), ("svix", "webhook")] {
        let both = || {
            let mut both = headers(signed, "a", "5", &format!("v1,{ONE}"));
            both.extend(headers(other, "a", "5", &format!("v1,{ONE}")));
            both
        };
        assert_eq!(read(&both()), read(&one));
        for of in ["id", "timestamp", "signature"] {
            let name: HeaderName = format!("{other}-{of}").parse().unwrap();
            let mut differs = both();
            differs.insert(&name, "v1,other".parse().unwrap());
            assert_eq!(read(&differs), Err(RejectionKind::DuplicateSignature), "{name}");
        }
        let mut beside = headers(signed, "a", "5", &format!("v1,{ONE}"));
        let id: HeaderName = format!("{other}-id").parse().unwrap();
        beside.insert(id, "b".parse().unwrap());
        assert_eq!(read(&beside), Err(RejectionKind::DuplicateSignature));
    }
}

#[test]
fn svix_only_ignores_the_standard_names() {
    let scheme = StandardWebhooks::svix_only();
    let mut both = headers("svix", "a", "5", &format!("v1,{ONE}"));
    both.extend(headers("webhook", "b", "6", "v1,other"));
    assert_eq!(macs(&scheme, &both), Ok(vec!["61".repeat(32)]));
    let standard = headers("webhook", "a", "5", &format!("v1,{ONE}"));
    assert_eq!(macs(&scheme, &standard), Err(RejectionKind::MissingSignature));
}
