use std::time::SystemTime;

use super::*;
use crate::clock::Clock;
use crate::scheme::SignatureHeader;

/// Its key is in the source, where everybody reads it.
#[test]
fn what_stands_in_for_an_unknown_secret_signs_nothing() {
    let unknown = Secrets::unknown();
    let clock: Arc<dyn Clock> = Arc::new(SystemTime::now);
    let begun = |claim: &Claim<'_>| {
        let mut mac = unknown.start(claim);
        mac.update(b"{}");
        mac
    };
    let blank = SignatureHeader::new([0; 32]);
    let header = SignatureHeader::new(begun(&claim(&blank, false, &clock)).finish());
    for decodes_whsec in [false, true] {
        let claim = claim(&header, decodes_whsec, &clock);
        for verdict in [
            unknown.check(&claim, b"{}"),
            unknown.conclude(&mut begun(&claim), &claim, b"{}"),
            unknown.conclude_all(&mut begun(&claim), &mut [], &claim),
        ] {
            assert_eq!(verdict.map(drop), Err(Rejection::UnknownKey), "{decodes_whsec}");
        }
    }
}

fn claim<'a>(header: &'a SignatureHeader<'a>, decodes_whsec: bool, clock: &'a Arc<dyn Clock>) -> Claim<'a> {
    Claim {
        header,
        decodes_whsec,
        tolerance: None,
        clock,
    }
}
