import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "./button";
import { ProblemNotice } from "./page";

type Props = {
  readonly title: string;
  readonly action: string;
  readonly tone?: "primary" | "danger";
  readonly ready?: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** Asks before something happens, with what it would do. Escape and the browser's own focus rules come with the element. */
export function Confirm({ title, action, tone = "primary", ready = true, pending, error, onConfirm, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        if (!pending) onClose();
      }}
      className="m-auto w-[calc(100%-1.5rem)] max-w-2xl rounded-xl border border-line bg-panel p-0 text-ink shadow-xl backdrop:bg-black/50"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <h2 className="border-b border-line px-4 py-3 font-semibold wrap-anywhere sm:px-5">{title}</h2>
        <div className="max-h-[65vh] overflow-auto px-4 py-4 text-sm sm:px-5">{children}</div>
        {error === null ? null : <ProblemNotice error={error} />}
        <div className="flex justify-end gap-2 border-t border-line px-4 py-3 sm:px-5">
          <Button onClick={onClose} disabled={pending}>
            Cancel
          </Button>
          <Button type="submit" tone={tone} disabled={pending || !ready}>
            {pending ? "Working …" : action}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
