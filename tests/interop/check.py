"""Holds our verifiers and signers to the libraries of the field: a line for each check, and their number."""

import argparse
import sys

import routes
import schemes
from peer import PATIENCE, Peer


def main():
    parser = argparse.ArgumentParser()
    for name in ("providers", "npm", "pypi", "crate"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()

    peers, receiver = {}, None
    passed = failed = 0
    try:
        receiver = routes.Receiver(arguments.providers)
        for name in ("npm", "pypi", "crate"):
            peers[name] = Peer(getattr(arguments, name))
        ours = peers["crate"]
        held = [
            (origin, library, route, routes.checks(library, route, lists, peers[origin], ours, receiver))
            for origin, library, route, lists in routes.LIBRARIES
        ] + [
            (origin, library, scheme, schemes.checks(library, scheme, signs, peers[origin], ours))
            for origin, library, scheme, signs in schemes.LIBRARIES
        ]
        for origin, library, scheme, checks in held:
            for what, complaints in checks:
                print(f"{'FAILED' if complaints else 'ok    '} {origin} {library}, {scheme}: {what}")
                for complaint in complaints:
                    print(f"       {complaint}")
                passed, failed = passed + (not complaints), failed + bool(complaints)
    finally:
        for started in filter(None, [receiver, *peers.values()]):
            started.process.terminate()
            started.process.wait(PATIENCE)
    print(f"{passed + failed} checks with {len(held)} libraries: {passed} passed, {failed} failed, none skipped")
    sys.exit(1 if failed else 0)


main()
