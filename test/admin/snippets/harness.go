package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net/textproto"
	"os"
	"strings"

	"check/webhooks"
)

var names = []string{"webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature-256"}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		header := textproto.MIMEHeader{}
		for i, name := range names {
			if parts[i] != "-" {
				header.Set(name, string(decoded(parts[i])))
			}
		}
		body, secret := decoded(parts[4]), string(decoded(parts[5]))
		fmt.Println(webhooks.Verify(header.Get, body, secret), webhooks.VerifyHub(header.Get, body, secret))
	}
}

func decoded(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}
