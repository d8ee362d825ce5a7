/** A script for njs: what the only URI of a client's certificate is, which nginx itself does not tell. Empty if there is none, or several. */
export const CLIENT_URI = String.raw`// The only URI in the names of the client's certificate; empty if there is none, or several.
const SUBJECT_ALT_NAME = '551d11';
const EXTENSIONS = 0xa3;
const URI = 0x86;

function only(s) {
  const pem = s.variables.ssl_client_raw_cert;
  if (!pem) {
    return '';
  }
  const certificate = parts(Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ''), 'base64'))[0];
  const extensions = parts(parts(certificate.value)[0].value).filter(part => part.tag === EXTENSIONS);
  const names = extensions.length !== 1 ? [] : parts(parts(extensions[0].value)[0].value)
    .map(extension => parts(extension.value))
    .filter(extension => extension[0].value.toString('hex') === SUBJECT_ALT_NAME);
  if (names.length !== 1) {
    return '';
  }
  const uris = parts(parts(names[0][names[0].length - 1].value)[0].value).filter(part => part.tag === URI);
  return uris.length === 1 ? uris[0].value.toString() : '';
}

// The parts of a value in DER.
function parts(der) {
  const found = [];
  let at = 0;
  while (at < der.length) {
    const tag = der[at];
    let size = der[at + 1];
    let start = at + 2;
    if (size > 127) {
      const octets = size - 128;
      size = der.readUIntBE(start, octets);
      start += octets;
    }
    at = start + size;
    if (at > der.length) {
      throw new Error('not a certificate');
    }
    found.push({ tag, value: der.slice(start, at) });
  }
  return found;
}

export default { only };
`;
