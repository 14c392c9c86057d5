// caps prints what Helm's library assumes of a cluster that it does not ask: the source of
// data/api_versions.txt.
package main

import (
	"fmt"

	"helm.sh/helm/v4/pkg/chart/common"
)

func main() {
	known := common.DefaultCapabilities
	fmt.Printf("# KubeVersion %s, client %s\n", known.KubeVersion.Version, known.HelmVersion.KubeClientVersion)
	for _, version := range known.APIVersions {
		fmt.Println(version)
	}
}
