//! The graph of a network: partitioned, normalised adjacency matrices.

use super::Layout;

/// Three V x V matrices. `subsets[k][v * V + w]` is the weight of joint v in the sum for joint w:
/// `y[w] = sum over k, v of x_k[v] A_k[v, w]` (ST-GCN's `einsum nkctv,kvw->nctw`).
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// V, the number of joints.
    pub joints: usize,
    /// The three subsets, each (V, V) row-major.
    pub subsets: [Vec<f32>; 3],
}

impl Graph {
    /// ST-GCN's 'spatial' partition with one hop: the joint itself, neighbours not closer to the centre, neighbours
    /// closer to it. Columns are normalised (A D^-1).
    ///
    /// The published code (`net/utils/graph.py` of yysijie/st-gcn) leaves the hop distance beyond 1 infinite, so joints
    /// two or more hops from the centre compare as equally far and their neighbours all fall into the second subset.
    /// Published weights fit only this graph, so we reproduce it.
    pub fn stgcn(layout: &Layout) -> Self {
        let v = layout.len();
        let near = |a: usize, b: usize| a == b || layout.parents[a] == b || layout.parents[b] == a;
        let hops = |j: usize| match j {
            j if j == layout.centre => 0,
            j if near(j, layout.centre) => 1,
            _ => usize::MAX,
        };
        let mut subsets = [vec![0.0; v * v], vec![0.0; v * v], vec![0.0; v * v]];
        for to in 0..v {
            let degree = (0..v).filter(|&from| near(from, to)).count() as f32;
            for from in (0..v).filter(|&from| near(from, to)) {
                let k = match (from == to, hops(from) >= hops(to)) {
                    (true, _) => 0,
                    (false, true) => 1,
                    (false, false) => 2,
                };
                subsets[k][from * v + to] = 1.0 / degree;
            }
        }
        Self { joints: v, subsets }
    }

    /// 2s-AGCN's partition: the joint itself, its parent (inward), its children (outward). Columns are normalised.
    pub fn agcn(layout: &Layout) -> Self {
        let v = layout.len();
        let mut subsets = [vec![0.0; v * v], vec![0.0; v * v], vec![0.0; v * v]];
        for j in 0..v {
            subsets[0][j * v + j] = 1.0;
        }
        for (parent, child) in layout.bones() {
            let children = layout.bones().iter().filter(|b| b.0 == parent).count() as f32;
            subsets[1][parent * v + child] = 1.0;
            subsets[2][child * v + parent] = 1.0 / children;
        }
        Self { joints: v, subsets }
    }

    /// Non-zeros of each subset.
    pub fn non_zeros(&self) -> [usize; 3] {
        [0, 1, 2].map(|k| self.subsets[k].iter().filter(|a| **a != 0.0).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn counts_of_the_published_graphs() {
        // Facts of yysijie/st-gcn: [25, 40, 8] and [18, 25, 9].
        assert_eq!(Graph::stgcn(LayoutId::Ntu.layout()).non_zeros(), [25, 40, 8]);
        assert_eq!(Graph::stgcn(LayoutId::OpenPose18.layout()).non_zeros(), [18, 25, 9]);
    }

    #[test]
    fn columns_sum_to_one() {
        for id in LayoutId::ALL {
            let g = Graph::stgcn(id.layout());
            for w in 0..g.joints {
                let sum: f32 = (0..g.joints)
                    .flat_map(|v| (0..3).map(move |k| (k, v)))
                    .map(|(k, v)| g.subsets[k][v * g.joints + w])
                    .sum();
                assert!((sum - 1.0).abs() < 1e-6);
            }
        }
    }
}
