import { ExternalListener } from '../../plan/external-listener';

/** The iRule of a proxy outside the mesh: lets allowed clients in, by the only URI of their certificate, and resets everybody else. */
export function iRule({ name, allowedFrom }: Pick<ExternalListener, 'name' | 'allowedFrom'>): string {
  return `when CLIENTSSL_HANDSHAKE {
    set names {}
    if { [SSL::cert count] > 0 } {
        regexp {Subject Alternative Name:[^\\n]*\\n([^\\n]*)} [X509::extensions [SSL::cert 0]] -> names
    }
    set uris [regexp -all -inline {URI:[^,[:space:]]*} $names]
    set allowed 0
    if { [llength $uris] == 1 } {
        switch -glob -- [string range [lindex $uris 0] 4 end] {
${allowedFrom.map((uri, i) => `            "${uri}" ${i < allowedFrom.length - 1 ? '-' : '{ set allowed 1 }'}\n`).join('')}            default { }
        }
    }
    if { !$allowed } {
        log local0.warning "${name}: refused [IP::client_addr] $uris"
        reject
    }
}
`;
}
