import { type ReactNode, useId } from "react";

type Control = {
  readonly id: string;
  readonly className: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
};

const INPUT =
  "mt-1 block w-full rounded-lg border border-line bg-panel px-3 py-1.5 text-base sm:text-sm aria-invalid:border-bad disabled:text-muted";

/** A label, its control, and below it what is wrong or what is meant. */
export function Field({
  label,
  hint,
  problem,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly children: (control: Control) => ReactNode;
}) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="min-w-0 text-sm">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({
        id,
        className: INPUT,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
        "aria-invalid": problem !== undefined,
      })}
      {note === undefined ? null : (
        <div id={`${id}-note`} className={`mt-1 text-xs wrap-anywhere ${problem === undefined ? "text-muted" : "text-bad"}`}>
          {note}
        </div>
      )}
    </div>
  );
}

type Input = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly disabled?: boolean;
};

export function TextField({
  label,
  hint,
  problem,
  value,
  onChange,
  suggestions,
  ...others
}: Input & {
  readonly type?: "text" | "date" | "datetime-local" | "number";
  readonly suggestions?: readonly string[];
  readonly required?: boolean;
  readonly placeholder?: string;
}) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => (
        <>
          <input
            {...control}
            {...others}
            value={value}
            list={suggestions === undefined ? undefined : `${control.id}-list`}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
          {suggestions === undefined ? null : (
            <datalist id={`${control.id}-list`}>
              {suggestions.map((text) => (
                <option key={text} value={text} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  problem,
  value,
  onChange,
  options,
  ...others
}: Input & { readonly options: readonly (readonly [string, string])[] }) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => (
        <select {...control} {...others} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Text of programs: JSON, expressions. */
export function CodeField({ label, hint, problem, value, onChange, rows = 8 }: Input & { readonly rows?: number }) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ className, ...control }) => (
        <textarea
          {...control}
          className={`${className} font-mono text-xs sm:text-xs`}
          rows={rows}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
