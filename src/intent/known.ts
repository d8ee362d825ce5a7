/** Every prop of a type, as data; the compiler refuses one that lacks a prop of the type, or has another. */
export type Keys<P> = { readonly [key in keyof Required<P>]: true };

/** Where a prop is that something does not have, and without which more would be open than was meant. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^TlsEgress\.tlsOrigination$/, 'to a TlsEgress the application speaks TLS itself, on all ports; for one that speaks plainly declare an HttpEgress or a TcpEgress, which have it'],
  [/^HttpEgress\.forwardProxy$/, 'a forward proxy is asked by CONNECT, which is for TLS: declare a TlsEgress, which has it, and let the application speak TLS'],
  [/^(Tls|Tcp|Http)Egress\.(allowFrom|hop|hostingServer)$/, 'give it to the EgressGatewayRoute'],
  [/^EgressGatewayRoute\.allowRequests$/, 'call the method allowRequests of the route'],
];

/** What to do with a prop that is known elsewhere. */
export function elsewhere(what: string, prop: string): string | undefined {
  return ELSEWHERE.find(([known]) => known.test(`${what}.${prop}`))?.[1];
}

/** The one of several names that another was probably meant to be. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names.map(other => ({ other, edits: edits(name.toLowerCase(), other.toLowerCase()) })).sort((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(1, Math.floor(name.length / 3)) && best.edits < name.length ? best.other : undefined;
}

/** How many letters must be put in, taken out, changed, or swapped with the next one, to make one word of the other. */
function edits(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= one.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= other.length; j++) {
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      rows[i][j] = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1),
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      );
    }
  }
  return rows[one.length][other.length];
}
