export interface Budget { id: string; year: number; amount: number; currency: 'USD'; entity: string; }
export interface Entity { id: string; name: string; state: string; kind: 'city' | 'county' | 'state'; }
export interface Page<T> { items: T[]; next: string | null; total: number; }
