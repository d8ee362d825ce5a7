/** A time as Istio, Envoy and nginx write it. */
export function duration(milliseconds: number): string;
export function duration(milliseconds: number | undefined): string | undefined;
export function duration(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined) return undefined;
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
