import type { ComponentProps } from "react";

const TONES = {
  plain: "border border-line bg-panel hover:bg-line/60",
  primary: "border border-accent bg-accent text-panel hover:opacity-90",
  danger: "border border-bad bg-bad text-panel hover:opacity-90",
} as const;

type Tone = keyof typeof TONES;

/** The look of a button, for links that are one to the eye. */
export function buttonClass(tone: Tone = "plain"): string {
  return `inline-block rounded-lg px-3 py-1.5 text-sm font-medium whitespace-nowrap disabled:opacity-50 ${TONES[tone]}`;
}

export function Button({ tone = "plain", className = "", ...others }: ComponentProps<"button"> & { readonly tone?: Tone }) {
  return <button type="button" className={`${buttonClass(tone)} ${className}`} {...others} />;
}
