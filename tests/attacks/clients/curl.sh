# Posts a body of zeros with curl, and prints the status of each try. Arguments: URL, bytes, tries, signature.
body=$(mktemp) && trap 'rm -f "$body"' EXIT
head -c "$2" /dev/zero >"$body"
for _ in $(seq "$3"); do
    # Without `Expect: 100-continue`, with which curl would not send the body. A failed upload makes the code 000 or 55.
    curl --silent --output /dev/null --max-time 20 --write-out '%{http_code}' --header 'Expect:' \
        --header "X-Knowrithm-Signature: $4" --data-binary "@$body" "$1"
    code=$?
    [ $code = 0 ] && echo || echo " curl $code"
done
