#!/bin/sh
# Makes the certificates of partner.example.com and of its client in the folder given, by openssl:
# certificates.sh FOLDER
set -eu
folder=${1:?give the folder for the certificates}
mkdir -p "$folder"
cd "$folder"

authority() { # NAME SUBJECT
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "$2" -keyout "$1.key" -out "$1.crt"
}
leaf() { # NAME SUBJECT AUTHORITY EXTENSIONS
  printf '%s\n' "$4" > "$1.ext"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.crt"
  rm "$1.csr" "$1.ext"
}

authority server-ca /CN=partner-server-ca
authority client-ca /CN=partner-client-ca
leaf server /CN=partner.example.com server-ca 'subjectAltName = DNS:partner.example.com
extendedKeyUsage = serverAuth'
leaf client /CN=partner-client client-ca 'extendedKeyUsage = clientAuth'
