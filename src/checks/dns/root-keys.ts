/** The root's keys by IANA's list. Written by scripts/anchors.mjs. */
export const ROOT_KEYS = {
  asOf: '2026-07-18',
  keys: [
    ['20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D', '2017-02-02T00:00:00+00:00', null],
    ['38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16', '2024-07-18T00:00:00+00:00', null],
  ],
} as const satisfies {
  /** When IANA's list was last compared with this one. */
  readonly asOf: string;
  /** DS record, and from when to when it counts; null: open. */
  readonly keys: readonly (readonly [string, string | null, string | null])[];
};
