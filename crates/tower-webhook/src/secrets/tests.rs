use std::time::SystemTime;

use super::*;

/// Its key is in the source, where everybody reads it.
#[test]
fn what_stands_in_for_an_unknown_secret_signs_nothing() {
    let unknown = Secrets::unknown();
    let clock: Arc<dyn Clock> = Arc::new(SystemTime::now);
    let mut signer = unknown.0.primary.raw.start();
    signer.update(b"{}");
    let header = SignatureHeader::new(signer.finish());
    for decodes_whsec in [false, true] {
        let claim = Claim {
            header: &header,
            decodes_whsec,
            tolerance: None,
            clock: &clock,
        };
        let begun = || {
            let mut mac = unknown.start(&claim);
            mac.update(b"{}");
            mac
        };
        for verdict in [
            unknown.check(&claim, b"{}"),
            unknown.conclude(begun(), &claim, b"{}"),
            unknown.conclude_all(begun(), Vec::new(), &claim),
        ] {
            assert_eq!(verdict.map(drop), Err(Rejection::UnknownKey), "{decodes_whsec}");
        }
    }
}
