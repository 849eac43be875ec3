import { Link } from "@tanstack/react-router";
import { PageHeader } from "../components/page";

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Not found" detail="There is no such page." />
      <Link to="/customers" className="text-sm text-accent hover:underline">
        Go to the customers
      </Link>
    </>
  );
}
