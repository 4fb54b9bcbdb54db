# SPDX-License-Identifier: Apache-2.0
# Run by cpack after the packages are made. cpack's package of debug symbols has a list of its files in which dpkg finds
# none of them, and no documents: this puts both right.
foreach(made IN LISTS CPACK_PACKAGE_FILES)
  if(NOT made MATCHES "-dbgsym_.*\\.ddeb$")
    continue()
  endif()
  get_filename_component(folder ${made} DIRECTORY)
  set(root ${folder}/dbgsym-root)
  file(REMOVE_RECURSE ${root})
  execute_process(COMMAND dpkg-deb --raw-extract ${made} ${root} COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB_RECURSE files RELATIVE ${root} ${root}/usr/*)
  set(sums "")
  foreach(file IN LISTS files)
    file(CHMOD ${root}/${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    file(MD5 ${root}/${file} sum)
    string(APPEND sums "${sum}  ${file}\n")
  endforeach()
  file(WRITE ${root}/DEBIAN/md5sums "${sums}")
  # Its documents are those of the package that it belongs to.
  file(MAKE_DIRECTORY ${root}/usr/share/doc)
  file(CREATE_LINK ${CPACK_DEBIAN_PACKAGE_NAME} ${root}/usr/share/doc/${CPACK_DEBIAN_PACKAGE_NAME}-dbgsym SYMBOLIC)
  execute_process(COMMAND dpkg-deb --root-owner-group -Zxz -z1 --build ${root} ${made}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE ${root})
endforeach()
