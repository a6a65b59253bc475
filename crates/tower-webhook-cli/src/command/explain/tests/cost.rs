//! What a search may cost: work is counted, and time ends it.

use std::io::Write;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use http::HeaderValue;

use super::hostile::Random;
use super::*;
use crate::command::explain::budget::Budget;
use crate::command::explain::json::{Json, Style};
use crate::command::explain::{max_time, scratch, search, time, wrapped};
use crate::moment::Times;

const TRIALS: usize = 300;
const WORK: u64 = 4 << 20;

/// A search that finds nothing, within less than usual.
fn in_vain(body: impl Into<Bytes>) -> Search {
    let scheme = KNOWN[0].chosen().scheme;
    let case = signed_body(&scheme, "unrelated").with_body(body);
    let length = case.body.len() as u64;
    let mut search = Search::within(TRIALS, Budget::new(WORK));
    assert!(matches!(search.run(&case), Finding::Nothing(_)));
    assert!(search.tried <= TRIALS);
    // What is read and parsed before the rest is known to be too much.
    let spent = search.budget.spent();
    assert!(spent <= WORK + 6 * length + (64 << 10), "{spent} for {length}");
    search
}

/// Bodies of about this size, of which some cost many times as much as others do.
fn costly(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let list = |item: &str| format!("[{}0]", item.repeat(size / item.len())).into_bytes();
    let mut random = Random(3);
    let nested = format!("{}{}1{}", "[".repeat(120), "1,".repeat(size / 2), "]".repeat(120));
    vec![
        ("plain JSON", list(r#"{"b":"é/<&>","a":[1.0,2000,"x y"]},"#)),
        ("numbers", list("1.5e3,")),
        ("digits", list("1,")),
        ("escapes", list(r#""\u00e9","#)),
        ("keys", list("{\"\":0},")),
        ("nested JSON", nested.into_bytes()),
        (
            "random bytes",
            (0..size).map(|_| random.next().to_le_bytes()[0]).collect(),
        ),
        ("line breaks", vec![b'\n'; size]),
        ("zlib", packed(size)),
    ]
}

/// A body of about this size that unpacks to a thousand times as much.
fn packed(size: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..size >> 10 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn no_body_costs_more_than_the_budget() {
    for (about, body) in costly(1 << 16) {
        let search = in_vain(body);
        assert!(!search.is_complete(), "{about}: it was stopped, and says nothing of it");
    }
}

#[test]
fn a_packed_body_is_unpacked_to_a_multiple_of_its_length_and_counted() {
    let scheme = KNOWN[0].chosen().scheme;
    let (packed, limit) = (packed(1 << 16), 32 << 16);
    assert!(packed.len() < 1 << 16, "{}", packed.len());
    for (max_work, least, most) in [(u64::MAX, 1 << 20, limit), (1 << 18, 1 << 18, 1 << 19)] {
        let budget = Rc::new(Budget::new(max_work));
        let case = signed_body(&scheme, "unrelated")
            .with_body(packed.clone())
            .within(&budget);
        assert_eq!(wrapped::gzip(&case).count(), 0);
        assert!((least..=most).contains(&budget.spent()), "{}", budget.spent());
    }
}

#[test]
fn what_another_hash_would_have_signed_is_made_while_it_can_be_afforded() {
    let scheme = named("slack");
    let mut case = signed_body(&scheme, vec![b'x'; 1 << 20]);
    for at in 0..8 {
        let name = HeaderName::try_from(format!("x-time-{at}")).unwrap();
        case = case.with_header(&name, HeaderValue::from(1_700_000_000 + at));
    }
    let sha1 = HeaderValue::from_str(&format!("v0={}", "ab".repeat(20))).unwrap();
    let case = case.with_header(scheme.signature_header().unwrap(), sha1);
    let budget = Rc::new(Budget::new(3 << 20));
    let made = scratch::other_hash(&case.within(&budget)).count();
    assert!((1..=4).contains(&made), "{made}");
    assert!(budget.spent() <= 4 << 20, "{}", budget.spent());
}

#[test]
fn a_header_full_of_times_has_the_first_ones() {
    let header = "1700000000,".repeat(16_000);
    assert_eq!(time::in_text(header.as_bytes(), &[]).len(), 8);
}

#[test]
fn json_is_parsed_once_for_all_cases_with_the_same_body() {
    let scheme = KNOWN[0].chosen().scheme;
    let case = signed_body(&scheme, BODY);
    let parsed = case.json().unwrap();
    let others = [
        case.with_secrets([keyed(&scheme, "other")]),
        case.with_scheme(Arc::clone(&scheme)),
    ];
    for other in others {
        assert!(std::ptr::eq(parsed, other.json().unwrap()));
    }
    assert!(!std::ptr::eq(parsed, case.with_body(BODY).json().unwrap()));
}

#[test]
fn what_is_reserialised_is_counted_and_ends_with_the_budget() {
    for (about, body) in costly(1 << 16) {
        let Some(json) = Json::parse(&body, &Budget::unlimited()) else {
            continue;
        };
        let free = Budget::unlimited();
        let written = Style::COMPACT.write(&json, body.len(), &free).unwrap();
        assert!(free.spent() >= written.len() as u64, "{about}: {}", free.spent());
        let small = Budget::new(1000);
        assert!(Style::COMPACT.write(&json, body.len(), &small).is_none(), "{about}");
        assert!(small.spent() < 32 << 10, "{about}: {}", small.spent());
    }
}

#[test]
fn the_time_ends_the_search_and_the_report_says_so() {
    let scheme = KNOWN[0].chosen().scheme;
    let case = signed_body(&scheme, "unrelated").with_body(BODY);
    let elapsed = Search::new(case.body.len()).until(Instant::now());
    let report = serde_json::to_value(search(&case, &Times::default(), elapsed)).unwrap();
    assert_eq!((&report["explained"], &report["tried"]), (&false.into(), &0.into()));
    let remark = report["remarks"][0].as_str().unwrap();
    assert!(
        remark.starts_with("not everything was tried, because the time is over"),
        "{remark}"
    );
    assert!(
        report["left_out"]
            .as_array()
            .unwrap()
            .contains(&"trailing_newline".into())
    );
}

#[test]
fn larger_bodies_have_more_time() {
    for (length, milliseconds) in [(0, 1500), (1 << 20, 1500), ((1 << 20) + 1, 1650), (64 << 20, 10_950)] {
        assert_eq!(max_time(length).as_millis(), milliseconds, "{length}");
    }
}

#[test]
fn the_cost_is_bounded_whatever_the_size_of_the_body() {
    let item = r#"{"b":"é/<&>","a":[1.0,2000,"x y"]},"#;
    for (size, least) in [
        (0, TRIALS),
        (1 << 10, TRIALS),
        (1 << 14, 40),
        (1 << 17, 5),
        (1 << 20, 1),
    ] {
        let body = format!("[{}0]", item.repeat(size / item.len() + 1));
        let search = in_vain(body);
        assert!(search.tried >= least, "{size}: {}", search.tried);
        assert!(!search.is_complete(), "{size}: it was stopped, and says nothing of it");
    }
}

#[test]
fn a_body_that_is_too_large_for_all_accidents_has_the_usual_ones_and_names_the_others() {
    let search = in_vain(vec![b'\n'; 1 << 19]);
    assert!(search.names.contains(&"trailing_newline"), "{:?}", search.names);
    assert!(search.left_out.contains(&"nul"), "{:?}", search.left_out);
}

#[test]
fn hostile_json_neither_overflows_the_stack_nor_grows_without_bound() {
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let within = format!("{}{}1{}", "[".repeat(120), "1,".repeat(5_000), "]".repeat(120));
    for body in [
        deep(100),
        deep(100_000),
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        format!("[{}]", "9".repeat(100_000)),
        format!("[1e{}]", "9".repeat(100_000)),
        format!("[0.{}1]", "0".repeat(100_000)),
        within,
        "{\"a\":\"\\".to_owned(),
        "[\"\\ud800\",\"\\u12\",\"\\x\"]".to_owned(),
        "\"".to_owned(),
        String::new(),
    ] {
        in_vain(body);
    }
}

#[test]
fn the_most_usual_accidents_are_tried_on_the_largest_body() {
    let scheme = KNOWN[0].chosen().scheme;
    let length = 16 << 20;
    let case = signed_body(&scheme, vec![b'x'; length]).with_body(vec![b'x'; length + 1]);
    let lost = case.with_body([&*vec![b'x'; length], b"\n"].concat());
    assert_eq!(explained(&lost), ["trailing_newline"]);
    let mut search = Search::new(length);
    assert!(matches!(search.run(&case), Finding::Nothing(_)));
    for name in ["trailing_newline", "secret_line_break", "secret_quoted"] {
        assert!(search.names.contains(&name), "{name}: {:?}", search.names);
    }
    let lines = case.with_body([&b"\n"[..], &vec![b'y'; length]].concat());
    let mut search = Search::new(length);
    search.singles(&lines);
    for name in ["line_breaks", "surrounding_space", "bom"] {
        assert!(search.names.contains(&name), "{name}: {:?}", search.names);
    }
}
